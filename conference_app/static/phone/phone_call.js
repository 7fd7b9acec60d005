// A call from the click to its end: it asks for a ticket, opens a line, and calls again when the
// connection is lost; or it answers one that rings. States: "calling", "connected", "lost" (calling
// again), "over".

import { NativeLine } from "./native_line.js";
import { Refused } from "./asking.js";

const WAITS_MS = [0, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000];
const STEADY_AFTER_MS = 5000; // a call that lasted so long has used up no try
const LOST_FOR_GOOD_MS = 120_000; // nobody is brought back into a meeting after a long sleep
const MEASURE_EVERY_MS = 2000;

const LOST = "The connection was lost, and the server does not answer.";
const LOST_WHEN_ANSWERED = "The connection was lost, and the call with it.";
const SLEPT = "The call ended while this page was asleep.";
const CALLED_OFF = "The caller has hung up.";
const TAKEN = "The call was answered elsewhere.";

export class PhoneCall {
  /** Is told each state and, when something is wrong, why. */
  onstate = () => {};
  /** Is told the round trip to the bridge and back in seconds. */
  onroundtrip = () => {};
  /** What the bridge calls the call; "" while there is none. */
  sid = "";

  #card;
  #rate;
  #ask = null; // null: it was answered, and can not be made again
  #line = null;
  #tries = 0;
  #lostAt = null;
  #isOver = false;
  #asked = new Map(); // when each mark was sent
  #marks = 0;
  #timer;
  #retry;

  /** `rate`: of the wire in Hz. */
  constructor(card, rate) {
    this.#card = card;
    this.#rate = rate;
    card.onframe = (samples) => this.#line?.speak(samples);
    this.#timer = setInterval(() => this.#measure(), MEASURE_EVERY_MS);
    addEventListener("online", this.#again);
  }

  /** Call somebody. `ask()` gives what the line starts with, or throws Refused. */
  dial(ask) {
    this.#ask = ask;
    return this.#dial();
  }

  /** Answer the call that rings on a line. */
  take(line, callSid) {
    this.#carry(line);
    line.addEventListener("cancel", ({ detail }) => {
      if (detail.callSid !== callSid) return;
      this.#finish(detail.reason === "answered-elsewhere" ? TAKEN : CALLED_OFF);
      line.hangUp();
    });
    line.answer(callSid);
  }

  press(digit) {
    this.#line?.press(digit);
  }

  hangUp() {
    if (this.#line) this.#line.hangUp();
    else this.#finish();
  }

  async #dial() {
    let start;
    try {
      start = await this.#ask();
    } catch (error) {
      if (error instanceof Refused) this.#finish(error.message);
      else this.#lost(false);
      return;
    }
    if (!this.#isOver) this.#carry(NativeLine.call(start, this.#rate));
  }

  #carry(line) {
    this.#line = line;
    let since = Infinity;
    line.addEventListener("started", ({ detail }) => {
      since = performance.now();
      this.#lostAt = null;
      this.sid = detail.callSid;
      this.#card.set({ reset: true });
      this.onstate("connected");
    });
    line.addEventListener("sound", ({ detail }) => this.#card.play(detail.samples));
    line.addEventListener("mark", ({ detail }) => this.#measured(detail.name));
    line.addEventListener("ended", () => this.#finish());
    line.addEventListener("refused", ({ detail }) => this.#finish(detail.message));
    line.addEventListener("lost", ({ detail }) => {
      if (performance.now() - since > STEADY_AFTER_MS) this.#tries = 0;
      this.#lost(detail.slept);
    });
  }

  #lost(slept) {
    if (this.#isOver) return;
    this.#line = null;
    this.sid = "";
    this.#lostAt ??= Date.now();
    if (slept) this.#finish(SLEPT);
    else if (this.#ask === null) this.#finish(LOST_WHEN_ANSWERED);
    else if (this.#tries >= WAITS_MS.length) this.#finish(LOST);
    else {
      this.onstate("lost");
      this.#retry = setTimeout(this.#again, WAITS_MS[this.#tries++]);
    }
  }

  #again = () => {
    if (this.#isOver || this.#line || this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (Date.now() - this.#lostAt > LOST_FOR_GOOD_MS) this.#finish(SLEPT);
    else this.#dial();
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
