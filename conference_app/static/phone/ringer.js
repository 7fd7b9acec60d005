// A soft ringing tone, made here: two notes that fade, again and again.

const NOTES_HZ = [659.3, 880];
const APART_S = 0.22;
const FADES_IN_S = 0.45;
const PERIOD_S = 2.6;
const ATTACK_S = 0.015;
const LEVEL = 0.12;
const SILENT_WITHIN_S = 0.02;

export class Ringer {
  #context = null;
  #sound = null;
  #playing = null;

  /** Get ready, in answer to a user's click: a browser lets no page sound that nobody has touched. */
  prepare() {
    this.#context ??= new AudioContext();
    this.#sound ??= render(this.#context);
    if (!this.#playing) this.#context.suspend();
  }

  ring() {
    if (!this.#context || this.#playing) return;
    const source = new AudioBufferSourceNode(this.#context, { buffer: this.#sound, loop: true });
    const gain = new GainNode(this.#context);
    source.connect(gain).connect(this.#context.destination);
    source.start();
    this.#playing = { source, gain };
    this.#context.resume().catch(() => {});
  }

  stop() {
    if (!this.#playing) return;
    const { source, gain } = this.#playing;
    const now = this.#context.currentTime;
    this.#playing = null;
    gain.gain.setValueAtTime(1, now);
    gain.gain.linearRampToValueAtTime(0, now + SILENT_WITHIN_S);
    source.stop(now + SILENT_WITHIN_S);
    source.onended = () => this.#playing || this.#context.suspend();
  }
}

function render(context) {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, PERIOD_S * rate, rate);
  const samples = buffer.getChannelData(0);
  NOTES_HZ.forEach((hz, note) => {
    const first = Math.floor(note * APART_S * rate);
    for (let n = first; n < samples.length; n++) {
      const time = (n - first) / rate;
      const level = LEVEL * Math.min(1, time / ATTACK_S) * Math.exp(-time / FADES_IN_S);
      samples[n] += level * Math.sin(2 * Math.PI * hz * time);
    }
  });
  return buffer;
}
