// Takes the calls of an identity: registers, again after a lost connection, and lets go of the line
// for a call. States: "off", "connecting", "ready", "lost" (trying again), "in a call".

import { Refused } from "./asking.js";
import { NativeLine } from "./native_line.js";

const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000]; // the last one again and again
const MOST_RINGS = 10; // what is more is declined

export class TakingCalls {
  /** Is told each state and, when it is off for a reason, why. */
  onstate = () => {};
  /** Is told who rings: [{callSid, from}], the first one first; and of a call that rings no more, why. */
  onrings = () => {};

  /** The name by which one is called, once the server has agreed to it. */
  identity = "";

  #rate;
  #ask;
  #isOn = false;
  #inCall = false;
  #line = null;
  #rings = new Map();
  #tries = 0;
  #retry;

  /** `ask()` gives identity and token, or throws Refused; `rate`: of the wire in Hz. */
  constructor(ask, rate) {
    this.#ask = ask;
    this.#rate = rate;
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  get isOn() {
    return this.#isOn;
  }

  turnOn() {
    this.#isOn = true;
    this.#tries = 0;
    this.onstate("connecting");
    this.#register();
  }

  turnOff(problem = "") {
    this.#isOn = false;
    this.#letGo()?.hangUp();
    this.onstate("off", problem);
  }

  /** Be in a call: nothing rings until it is over. */
  beginCall() {
    this.#inCall = true;
    this.#letGo()?.hangUp();
    if (this.#isOn) this.onstate("in a call");
  }

  endCall() {
    if (!this.#inCall) return;
    this.#inCall = false;
    if (this.#isOn) this.turnOn();
  }

  /** Give the line, on which a call rings, away: it is that call's until endCall(). */
  handOver() {
    this.#inCall = true;
    this.onstate("in a call");
    return this.#letGo();
  }

  decline(callSid) {
    this.#line?.reject(callSid);
    this.#forget(callSid, "declined");
  }

  async #register() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    let registration;
    try {
      registration = await this.#ask();
    } catch (error) {
      if (!this.#isWanted) return;
      if (error instanceof Refused) this.turnOff(error.message);
      else this.#lost();
      return;
    }
    if (!this.#isWanted) return;
    this.identity = registration.identity;
    this.#listenTo(NativeLine.takeCalls(registration, this.#rate));
  }

  get #isWanted() {
    return this.#isOn && !this.#inCall && this.#line === null;
  }

  #listenTo(line) {
    this.#line = line;
    const on = (type, heed) =>
      line.addEventListener(type, ({ detail }) => line === this.#line && heed(detail));
    on("registered", () => {
      this.#tries = 0;
      this.onstate("ready");
    });
    on("ring", (ring) => this.#ring(ring));
    on("cancel", ({ callSid, reason }) => this.#forget(callSid, reason));
    on("refused", ({ message }) => this.turnOff(message));
    on("ended", () => this.#lost());
    on("lost", () => this.#lost());
  }

  #ring({ callSid, from }) {
    if (this.#rings.size >= MOST_RINGS) {
      this.#line.reject(callSid);
      return;
    }
    this.#rings.set(callSid, { callSid, from });
    this.#tellRings();
  }

  #forget(callSid, reason) {
    const ring = this.#rings.get(callSid);
    if (!ring) return;
    this.#rings.delete(callSid);
    this.#tellRings({ ...ring, reason });
  }

  #tellRings(past = null) {
    this.onrings([...this.#rings.values()], past);
  }

  #lost() {
    this.#letGo();
    this.onstate("lost");
    const wait = WAITS_MS[Math.min(this.#tries++, WAITS_MS.length - 1)];
    this.#retry = setTimeout(() => this.#register(), wait * (0.5 + Math.random() / 2));
  }

  /** Have no line any more; give the one that was. */
  #letGo() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const line = this.#line;
    this.#line = null;
    for (const callSid of [...this.#rings.keys()]) this.#forget(callSid, this.#inCall ? "in a call" : "lost");
    return line;
  }

  /** The network, or the user, is back. */
  #hurry() {
    if (this.#retry !== undefined) this.#register();
    else this.#line?.check();
  }
}
