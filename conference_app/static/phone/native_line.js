// One call in the native dialect: JSON events and binary sound on one WebSocket (subprotocol
// audio.confab). It tells what happens by events of its own:
//
// started {callSid} · sound {samples} · mark {name} · ended {} · refused {message} · lost {}
//
// One of the last three comes at the end, once. "lost" is the connection's fault: one may call again.

const SUBPROTOCOL = "audio.confab";
const SILENT_FOR_MS = 5000; // the bridge sends sound all the time, be it silence
const ORDERLY_CLOSE = 1000;
const REFUSED_CLOSES = [1002, 1003, 1007, 1008, 1009];

export class NativeLine extends EventTarget {
  #socket;
  #over = false;
  #heardAt = performance.now();
  #watch;

  /** Call. `start`: to, from, token; `rate`: of the wire in Hz. */
  constructor(url, start, rate) {
    super();
    this.#socket = new WebSocket(url, SUBPROTOCOL);
    this.#socket.binaryType = "arraybuffer";
    const mediaFormat = { encoding: "audio/x-l16", sampleRate: rate, channels: 1 };
    this.#socket.onopen = () => this.#say({ event: "start", ...start, mediaFormat });
    this.#socket.onmessage = ({ data }) => this.#heed(data);
    this.#socket.onclose = (event) => this.#closed(event);
    this.#watch = setInterval(() => this.#listen(), 1000);
  }

  /** Send 20 ms of sound; nothing while the connection is not up or does not drain. */
  speak(samples) {
    const backlog = 25 * samples.byteLength;
    if (this.#isUp && this.#socket.bufferedAmount < backlog) this.#socket.send(samples);
  }

  press(digit) {
    this.#say({ event: "dtmf", digit });
  }

  /** Ask for this name back once what was said before it was played. */
  mark(name) {
    this.#say({ event: "mark", name });
  }

  hangUp() {
    this.#say({ event: "stop" });
    this.#end("ended");
  }

  get #isUp() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  #say(message) {
    if (this.#isUp) this.#socket.send(JSON.stringify(message));
  }

  #heed(data) {
    this.#heardAt = performance.now();
    if (data instanceof ArrayBuffer) {
      this.#tell("sound", { samples: data });
      return;
    }
    const { event, ...said } = JSON.parse(data);
    if (event === "started" || event === "mark") this.#tell(event, said);
    else if (event === "stop") this.#end("ended");
    else if (event === "error") this.#end("refused", { message: said.message });
  }

  #listen() {
    if (performance.now() - this.#heardAt > SILENT_FOR_MS) this.#end("lost");
  }

  #closed({ code, reason }) {
    if (code === ORDERLY_CLOSE) this.#end("ended");
    else if (REFUSED_CLOSES.includes(code)) this.#end("refused", { message: reason });
    else this.#end("lost");
  }

  #end(how, detail = {}) {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watch);
    this.#socket.close();
    this.#tell(how, detail);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
