// Taking calls, as people see it: a switch, a name, how things are, who rings, and whom one missed.

import { Ringer } from "./ringer.js";

const MOST_MISSED = 5;
const STATES = {
  off: () => "While this is on, calls to this name ring here.",
  connecting: () => "Connecting…",
  ready: (identity) => `Ready: calls to client:${identity} ring here.`,
  lost: () => "The connection was lost, so no call reaches you. Trying again…",
  "in a call": () => "No other call rings here until this one is over.",
};
const MISSED = ["canceled", "timeout", "lost"];

export class IncomingPanel {
  /** Is told the call that the user takes. */
  onanswer = () => {};
  /** Is told words for the user. */
  onwords = () => {};

  #part;
  #taking;
  #ringer = new Ringer();
  #title = document.title;
  #shown = null;

  /** `part(name)` finds an element; `taking`: TakingCalls. */
  constructor(part, taking) {
    this.#part = part;
    this.#taking = taking;
    taking.onstate = (state, problem) => this.#showState(state, problem);
    taking.onrings = (rings, past) => this.#showRings(rings, past);
    part("take-calls").addEventListener("change", ({ target }) => {
      if (!target.checked) taking.turnOff();
      else if (part("identity").reportValidity()) {
        this.#ringer.prepare();
        taking.turnOn();
      } else target.checked = false;
    });
    part("identity").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !taking.isOn) part("take-calls").click();
    });
    part("answer").addEventListener("click", () => this.#answer());
    part("decline").addEventListener("click", () => taking.decline(this.#shown.callSid));
    part("ringing").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#ringer.stop();
    });
    // Where the browser closes it, by a gesture of going back, nobody could answer any more.
    part("ringing").addEventListener("close", () => this.#shown && taking.decline(this.#shown.callSid));
  }

  #showState(state, problem = "") {
    const isOn = state !== "off";
    this.#part("take-calls").checked = isOn;
    this.#part("identity").readOnly = isOn;
    this.#part("taking").dataset.state = state;
    if (state === "ready") this.#part("identity").value = this.#taking.identity;
    this.#part("taking-state").textContent = problem || STATES[state](this.#taking.identity);
  }

  #showRings([first, ...others], past) {
    if (past) this.#notePast(past);
    if (!first) {
      this.#stopRinging();
      return;
    }
    this.#part("caller").textContent = nameOf(first.from);
    this.#part("more-rings").hidden = others.length === 0;
    this.#part("more-rings").textContent = `${others.length} more waiting`;
    document.title = `Call from ${nameOf(first.from)}`;
    if (this.#shown?.callSid === first.callSid) return;
    this.#shown = first;
    this.#ringer.ring();
    if (!this.#part("ringing").open) this.#part("ringing").showModal();
    // Not on a button: who is typing when it rings is not to answer by a space.
    this.#part("caller").focus();
  }

  #stopRinging() {
    this.#shown = null;
    this.#ringer.stop();
    document.title = this.#title;
    this.#part("ringing").close();
  }

  #answer() {
    const { callSid, from } = this.#shown;
    this.onanswer({ callSid, name: nameOf(from) });
  }

  #notePast({ from, reason }) {
    const name = nameOf(from);
    if (reason === "answered-elsewhere") this.onwords(`The call from ${name} was answered elsewhere.`);
    if (!MISSED.includes(reason)) return;
    this.onwords(`Missed call from ${name}.`);
    const list = this.#part("missed");
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const entry = document.createElement("li");
    entry.textContent = `${name}, ${time}`;
    list.prepend(entry);
    while (list.children.length > MOST_MISSED) list.lastElementChild.remove();
    this.#part("missed-calls").hidden = false;
  }
}

function nameOf(from) {
  return from.replace(/^client:/, "") || "somebody without a name";
}
