// A slider for how loud one person is heard by all. It asks once it has come to rest.

import { make, setText } from "./build.js";

const AT_REST_MS = 300;
const TOLD_WITHIN_MS = 3000; // after the answer; a state that was under way then still says what was before

export class Volume {
  constructor(orders, order, personNow) {
    this.orders = orders;
    this.order = order;
    this.personNow = personNow;
    this.timer = 0; // while it is being moved, and until the server has answered
    this.wanted = null; // per cent, from the answer until a state tells the same
    this.missed = false; // whether a state was told while it was moved
    this.slider = make("input", "volume-slider");
    Object.assign(this.slider, { type: "range", title: order.label, min: 0, max: 200, step: 10, value: 100 });
    this.words = make("span", "volume-words");
    this.words.setAttribute("aria-hidden", "true");
    this.element = make("span", "volume", "", this.slider, this.words);
    this.element.dataset.order = order.name;
    this.slider.addEventListener("input", () => this.wait());
  }

  show(person) {
    this.name(`${this.order.label}: ${person.name}`);
    const percent = Math.round(100 * person.volume);
    this.missed = Boolean(this.timer);
    if (this.missed || (this.wanted !== null && this.wanted !== percent)) return;
    this.wanted = null;
    this.set(percent);
  }

  set(percent) {
    if (this.slider.valueAsNumber === percent && this.words.textContent) return;
    this.slider.value = percent;
    this.say();
  }

  name(label) {
    if (this.slider.ariaLabel !== label) this.slider.ariaLabel = label;
  }

  say() {
    const words = `${this.slider.value} %`;
    this.slider.setAttribute("aria-valuetext", words);
    setText(this.words, words);
  }

  wait() {
    this.say();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), AT_REST_MS);
  }

  async ask() {
    const asked = this.timer;
    const person = this.personNow();
    const wanted = this.slider.valueAsNumber;
    const refusal = await this.orders.give(this.order, person, { volume: wanted / 100 }, { volume: person.volume });
    if (this.timer !== asked) return; // it was moved again
    this.timer = 0;
    this.wanted = refusal ? null : wanted;
    if (refusal || this.missed) this.show(this.personNow());
    if (this.wanted !== null) setTimeout(() => this.giveUp(wanted), TOLD_WITHIN_MS);
  }

  /** Show what is told, though it is not what was asked for: somebody else may have turned it too. */
  giveUp(wanted) {
    if (this.wanted !== wanted || this.timer) return;
    this.wanted = null;
    this.show(this.personNow());
  }
}
