// Which microphone and loudspeaker: what the user chooses, and what is there.

import { SoundCard, whyNoMicrophone } from "./sound_card.js";

export class Devices {
  #part;
  #complain;
  #card = null;

  /** `part(name)` finds an element; `complain(words)` shows what is wrong, "" for nothing. */
  constructor(part, complain) {
    this.#part = part;
    this.#complain = complain;
    part("again").addEventListener("click", () => this.#openMicrophone());
    part("microphones").addEventListener("change", () => this.#card && this.#openMicrophone());
    part("loudspeakers").addEventListener("change", () => this.#useLoudspeaker());
    navigator.mediaDevices?.addEventListener("devicechange", () => this.list());
  }

  /** Let a card have the devices that are chosen; without a microphone one can listen. */
  async open(card) {
    this.#card = card;
    card.onmicrophonelost = () => this.#listenOnly(new DOMException("", "NotFoundError"));
    await this.#openMicrophone();
    await this.#useLoudspeaker();
  }

  close() {
    this.#card = null;
    this.#part("again").hidden = true;
  }

  /** Offer what is there. Browsers name devices only once a microphone has been allowed. */
  async list() {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    fill(this.#part("microphones"), devices, "audioinput", "Usual microphone");
    fill(this.#part("loudspeakers"), devices, "audiooutput", "Usual loudspeaker");
    this.#part("loudspeaker-choice").hidden = !SoundCard.canChooseLoudspeaker;
  }

  async #openMicrophone() {
    const asking = this.#card;
    try {
      await asking?.useMicrophone(this.#part("microphones").value);
      if (this.#card !== asking) asking.dropMicrophone();
      this.#part("again").hidden = true;
      this.#complain("");
    } catch (error) {
      if (this.#card === asking) this.#listenOnly(error);
    }
    await this.list();
  }

  #listenOnly(error) {
    this.#card?.dropMicrophone();
    this.#part("again").hidden = false;
    this.#complain(whyNoMicrophone(error));
  }

  async #useLoudspeaker() {
    try {
      await this.#card?.useLoudspeaker(this.#part("loudspeakers").value);
    } catch {
      this.#complain("This loudspeaker can not be opened; you hear through another one.");
    }
  }
}

function fill(select, devices, kind, usual) {
  const chosen = select.value;
  const named = devices.filter((device) => device.kind === kind && device.deviceId && device.label);
  const others = named.filter((device) => device.deviceId !== "default");
  select.replaceChildren(new Option(usual, ""), ...others.map((one) => new Option(one.label, one.deviceId)));
  select.value = others.some((device) => device.deviceId === chosen) ? chosen : "";
}
