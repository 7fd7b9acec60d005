// What has come and was not played yet. It holds as much as the network's unrest makes necessary,
// and no more: what is left over at the worst moment of a second is played a little faster away.

const LONGEST_S = 2;
const WINDOW_S = 1;
const FIRST_MARGIN_S = 0.03;
const LEAST_MARGIN_S = 0.01;
const MOST_MARGIN_S = 0.2;
const MORE_MARGIN_S = 0.02; // for each time that it ran dry
const LESS_MARGIN_S = 0.001; // for each window in which it did not
const SKIPPED_FROM_S = 0.3; // so much too much is left out at once
const FASTEST = 0.02;
const SLOWEST = -0.005;
const RAMP_S = 0.005;

/** Samples in order, between a network's clock and a sound card's; `rate` in Hz. */
export class JitterBuffer {
  /** How fast to read, 1 being the rate. */
  speed = 1;
  /** How often it ran dry. */
  dried = 0;

  #rate;
  #ring;
  #first = 0;
  #length = 0;
  #margin;
  #filling = true;
  #lowest = Infinity;
  #untilLook;
  #gain = 0;
  #last = 0;

  constructor(rate) {
    this.#rate = rate;
    this.#ring = new Float32Array(LONGEST_S * rate);
    this.#margin = FIRST_MARGIN_S * rate;
    this.#untilLook = WINDOW_S * rate;
  }

  /** What is waiting, in seconds. */
  get seconds() {
    return this.#length / this.#rate;
  }

  /** Take signed 16-bit samples; the oldest give way to what is too much. */
  push(samples) {
    const room = this.#ring.length;
    for (const sample of samples) {
      this.#ring[(this.#first + this.#length) % room] = sample / 32768;
      if (this.#length < room) this.#length++;
      else this.#first = (this.#first + 1) % room;
    }
    if (this.#filling && this.#length >= this.#margin + samples.length) {
      this.#filling = false;
      this.#lowest = Infinity;
      this.#untilLook = WINDOW_S * this.#rate;
    }
  }

  /** Give the next sample; what was last heard fades away while there is none. */
  next() {
    if (!this.#filling && this.#length === 0) this.#runDry();
    if (this.#filling) {
      this.#gain = 0;
      this.#last *= 0.98;
      return this.#last;
    }
    const sample = this.#ring[this.#first];
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#length--;
    this.#lowest = Math.min(this.#lowest, this.#length);
    if (--this.#untilLook <= 0) this.#look();
    this.#gain = Math.min(1, this.#gain + 1 / (RAMP_S * this.#rate));
    this.#last = sample * this.#gain;
    return this.#last;
  }

  /** Forget what is waiting and what was learnt: another call begins. */
  reset() {
    this.#length = 0;
    this.#filling = true;
    this.#margin = FIRST_MARGIN_S * this.#rate;
    this.speed = 1;
  }

  #runDry() {
    this.dried++;
    this.#filling = true;
    this.speed = 1;
    this.#margin = Math.min(MOST_MARGIN_S, this.#margin / this.#rate + MORE_MARGIN_S) * this.#rate;
  }

  /** Once in a window: shed what was never needed. */
  #look() {
    const surplus = (this.#lowest - this.#margin) / this.#rate;
    if (surplus > SKIPPED_FROM_S) {
      const skipped = Math.floor(surplus * this.#rate);
      this.#first = (this.#first + skipped) % this.#ring.length;
      this.#length -= skipped;
      this.#gain = 0;
      this.speed = 1;
    } else {
      this.speed = 1 + Math.max(SLOWEST, Math.min(FASTEST, 0.2 * surplus));
    }
    const less = this.#margin / this.#rate - LESS_MARGIN_S;
    this.#margin = Math.max(LEAST_MARGIN_S, less) * this.#rate;
    this.#lowest = Infinity;
    this.#untilLook = WINDOW_S * this.#rate;
  }
}
