// Sound at one rate read at another, by a windowed sinc; what can not be represented is cut off.

const ZERO_CROSSINGS = 8; // on each side of the centre
const PHASES = 128;
const PASSED = 0.94; // the share of the band that is kept flat

/** Reads input samples at a fractional pace. Rates are in Hz. */
export class Resampler {
  #taps;
  #table;
  #history;
  #next = 0; // where the oldest sample is, and the newest will be
  #phase = 1; // how far the next output sample is behind the newest input, in input samples
  #step;

  constructor(inputRate, outputRate) {
    this.#step = inputRate / outputRate;
    const widening = Math.max(1, this.#step);
    this.#taps = 2 * Math.ceil(ZERO_CROSSINGS * widening);
    this.#table = kernels(this.#taps, (PASSED * 0.5) / widening);
    this.#history = new Float32Array(this.#taps);
  }

  /** Give the next output sample; `read` gives the next input sample. `speed` 1.01 reads 1 % faster. */
  pull(read, speed = 1) {
    while (this.#phase >= 1) {
      this.#keep(read());
      this.#phase -= 1;
    }
    const sample = this.#interpolate();
    this.#phase += this.#step * speed;
    return sample;
  }

  /** Take an input sample; call `write` for each output sample that it completes. */
  push(sample, write) {
    this.#keep(sample);
    this.#phase -= 1;
    while (this.#phase < 1) {
      write(this.#interpolate());
      this.#phase += this.#step;
    }
  }

  #keep(sample) {
    this.#history[this.#next] = sample;
    this.#next = (this.#next + 1) % this.#taps;
  }

  #interpolate() {
    const place = Math.max(0, this.#phase) * PHASES;
    const row = Math.min(PHASES - 1, Math.floor(place));
    const share = place - row;
    const taps = this.#taps;
    const base = row * taps;
    let sum = 0;
    for (let tap = 0, at = this.#next; tap < taps; tap++, at = at + 1 === taps ? 0 : at + 1) {
      const low = this.#table[base + tap];
      const high = this.#table[base + taps + tap];
      sum += this.#history[at] * (low + share * (high - low));
    }
    return sum;
  }
}

/** One row of weights for each phase from 0 to 1, the oldest sample's first; each row adds up to 1. */
function kernels(taps, cutoff) {
  const table = new Float32Array((PHASES + 1) * taps);
  for (let row = 0; row <= PHASES; row++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const time = tap - taps / 2 + 1 - row / PHASES;
      const weight = sinc(2 * cutoff * time) * blackman(time / taps);
      table[row * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) table[row * taps + tap] /= sum;
  }
  return table;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function blackman(x) {
  if (Math.abs(x) >= 0.5) return 0;
  return 0.42 + 0.5 * Math.cos(2 * Math.PI * x) + 0.08 * Math.cos(4 * Math.PI * x);
}
