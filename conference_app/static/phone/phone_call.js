// A call from the click to its end: it asks for a ticket, opens a line, and calls again when the
// connection is lost. States: "calling", "connected", "lost" (calling again), "over".

import { NativeLine } from "./native_line.js";

const WAITS_MS = [0, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000];
const STEADY_AFTER_MS = 5000; // a call that lasted so long has used up no try
const MEASURE_EVERY_MS = 2000;

/** Why there is no ticket: words for the user. Nothing is gained by asking again. */
export class Refused extends Error {}

export class PhoneCall {
  /** Is told each state and, when something is wrong, why. */
  onstate = () => {};
  /** Is told the round trip to the bridge and back in seconds. */
  onroundtrip = () => {};

  #card;
  #ask;
  #rate;
  #line = null;
  #tries = 0;
  #isOver = false;
  #asked = new Map(); // when each mark was sent
  #marks = 0;
  #timer;
  #retry;

  /** `ask()` gives what the line starts with, or throws Refused. */
  constructor(card, ask, rate) {
    this.#card = card;
    this.#ask = ask;
    this.#rate = rate;
    card.onframe = (samples) => this.#line?.speak(samples);
    this.#timer = setInterval(() => this.#measure(), MEASURE_EVERY_MS);
    addEventListener("online", this.#again);
  }

  async dial() {
    let start;
    try {
      start = await this.#ask();
    } catch (error) {
      if (error instanceof Refused) this.#finish(error.message);
      else this.#lost();
      return;
    }
    if (this.#isOver) return;
    const line = new NativeLine(new URL("/media", location.href.replace(/^http/, "ws")), start, this.#rate);
    this.#line = line;
    let since = Infinity;
    line.addEventListener("started", () => {
      since = performance.now();
      this.#card.set({ reset: true });
      this.onstate("connected");
    });
    line.addEventListener("sound", ({ detail }) => this.#card.play(detail.samples));
    line.addEventListener("mark", ({ detail }) => this.#measured(detail.name));
    line.addEventListener("ended", () => this.#finish());
    line.addEventListener("refused", ({ detail }) => this.#finish(detail.message));
    line.addEventListener("lost", () => {
      if (performance.now() - since > STEADY_AFTER_MS) this.#tries = 0;
      this.#lost();
    });
  }

  press(digit) {
    this.#line?.press(digit);
  }

  hangUp() {
    if (this.#line) this.#line.hangUp();
    else this.#finish();
  }

  #lost() {
    if (this.#isOver) return;
    this.#line = null;
    if (this.#tries >= WAITS_MS.length) {
      this.#finish("The connection was lost, and the server does not answer.");
      return;
    }
    this.onstate("lost");
    this.#retry = setTimeout(this.#again, WAITS_MS[this.#tries++]);
  }

  #again = () => {
    if (this.#isOver || this.#line || this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.dial();
  };

  #finish(problem = "") {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#line = null;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    removeEventListener("online", this.#again);
    this.onstate("over", problem);
  }

  #measure() {
    if (!this.#line) return;
    const name = `delay ${++this.#marks}`;
    this.#asked.clear();
    this.#asked.set(name, performance.now());
    this.#line.mark(name);
  }

  #measured(name) {
    if (this.#asked.has(name)) this.onroundtrip((performance.now() - this.#asked.get(name)) / 1000);
  }
}
