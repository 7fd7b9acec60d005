// Microphone and loudspeaker, by way of the audio thread.

/** The user's devices. `onframe(samples)` gets 20 ms at the wire's rate; `onlevels` what is measured. */
export class SoundCard {
  onframe = () => {};
  onlevels = () => {};
  onmicrophonelost = () => {};

  #context;
  #node;
  #stream = null;
  #source = null;

  /** Open the loudspeaker, in answer to a user's click; `wireRate` in Hz. */
  static async open(wireRate) {
    const context = new AudioContext({ latencyHint: "interactive" });
    try {
      await context.audioWorklet.addModule(new URL("./phone_processor.js", import.meta.url));
      await context.resume();
      return new SoundCard(context, wireRate);
    } catch (error) {
      context.close();
      throw error;
    }
  }

  constructor(context, wireRate) {
    this.#context = context;
    // A call on the telephone, or a headset that is plugged in, may stop it.
    context.onstatechange = () => this.#goOn();
    document.addEventListener("visibilitychange", this.#goOn);
    this.#node = new AudioWorkletNode(context, "phone", {
      channelCount: 1,
      channelCountMode: "explicit",
      outputChannelCount: [1],
      processorOptions: { wireRate },
    });
    this.#node.connect(context.destination);
    this.#node.port.onmessage = ({ data }) => {
      if (data.frame) this.onframe(data.frame);
      else this.onlevels(data);
    };
  }

  /** How long sound takes from here to the ear, in seconds. */
  get latency() {
    return this.#context.outputLatency || this.#context.baseLatency || 0;
  }

  static get canChooseLoudspeaker() {
    return "setSinkId" in AudioContext.prototype;
  }

  /** Speak through this microphone ("": the usual one). Rejects as getUserMedia does. */
  async useMicrophone(deviceId) {
    this.dropMicrophone();
    const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    if (deviceId) wanted.deviceId = { exact: deviceId };
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    const [track] = this.#stream.getAudioTracks();
    track.onended = () => this.onmicrophonelost();
    this.#source = this.#context.createMediaStreamSource(this.#stream);
    this.#source.connect(this.#node);
  }

  /** Speak silence, and let the microphone go. */
  dropMicrophone() {
    this.#source?.disconnect();
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#source = this.#stream = null;
  }

  /** Hear through this loudspeaker ("": the usual one). */
  async useLoudspeaker(deviceId) {
    if (SoundCard.canChooseLoudspeaker) await this.#context.setSinkId(deviceId);
  }

  play(samples) {
    this.#node.port.postMessage({ sound: samples }, [samples]);
  }

  /** Say and hear nothing, or both again. */
  set(state) {
    this.#node.port.postMessage(state);
  }

  #goOn = () => {
    const isStopped = ["suspended", "interrupted"].includes(this.#context.state);
    if (isStopped && !document.hidden) this.#context.resume().catch(() => {});
  };

  async close() {
    document.removeEventListener("visibilitychange", this.#goOn);
    this.dropMicrophone();
    await this.#context.close();
  }
}

/** Say in plain words why there is no microphone. */
export function whyNoMicrophone(error) {
  const listening = "You can listen, but nobody hears you.";
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return `The microphone is blocked. ${listening} Allow it in your browser, beside the address, then try again.`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `No microphone was found. ${listening} Plug one in, then try again.`;
    case "NotReadableError":
    case "AbortError":
      return `The microphone can not be opened; another program may be using it. ${listening}`;
    default:
      return `The microphone does not work here. ${listening}`;
  }
}
