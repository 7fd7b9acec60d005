// The audio thread's part of the phone: the microphone becomes frames of 20 ms at the wire's rate,
// what comes from the wire is played. Between them and the page: messages on the port.
//
// to here:   {sound: ArrayBuffer}  {muted: boolean}  {deaf: boolean}  {reset: true}
// from here: {frame: ArrayBuffer}  {levels: {spoken, heard}, waiting, dried}
//
// Samples on the wire are signed 16-bit, little-endian, as on every machine that runs a browser.

import { JitterBuffer } from "./jitter_buffer.js";
import { Resampler } from "./resampler.js";

const LEVELS_PER_SECOND = 12;

class PhoneProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions: { wireRate } }) {
    super();
    this.muted = false;
    this.deaf = false;
    this.buffer = new JitterBuffer(wireRate);
    this.fromWire = new Resampler(wireRate, sampleRate);
    this.toWire = new Resampler(sampleRate, wireRate);
    this.frame = new Int16Array(wireRate / 50);
    this.filled = 0;
    this.spokenPower = 0;
    this.heardPower = 0;
    this.measured = 0;
    this.read = () => this.buffer.next();
    this.write = (sample) => this.#speak(sample);
    this.port.onmessage = ({ data }) => this.#heed(data);
  }

  process([[microphone]], [[loudspeaker]]) {
    const length = loudspeaker.length;
    for (let n = 0; n < length; n++) {
      const spoken = microphone && !this.muted ? microphone[n] : 0;
      this.toWire.push(spoken, this.write);
      const heard = this.fromWire.pull(this.read, this.buffer.speed);
      loudspeaker[n] = this.deaf ? 0 : heard;
      this.spokenPower += spoken * spoken;
      this.heardPower += loudspeaker[n] * loudspeaker[n];
    }
    this.measured += length;
    if (this.measured >= sampleRate / LEVELS_PER_SECOND) this.#tellLevels();
    return true;
  }

  #heed({ sound, muted, deaf, reset }) {
    if (sound !== undefined) this.buffer.push(new Int16Array(sound));
    if (muted !== undefined) this.muted = muted;
    if (deaf !== undefined) this.deaf = deaf;
    if (reset) this.buffer.reset();
  }

  #speak(sample) {
    this.frame[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
    if (this.filled < this.frame.length) return;
    const frame = this.frame.buffer;
    this.frame = new Int16Array(this.frame.length);
    this.filled = 0;
    this.port.postMessage({ frame }, [frame]);
  }

  #tellLevels() {
    const levels = {
      spoken: decibels(this.spokenPower / this.measured),
      heard: decibels(this.heardPower / this.measured),
    };
    this.port.postMessage({ levels, waiting: this.buffer.seconds, dried: this.buffer.dried });
    this.spokenPower = this.heardPower = this.measured = 0;
  }
}

function decibels(power) {
  return 10 * Math.log10(Math.max(power, 1e-10));
}

registerProcessor("phone", PhoneProcessor);
