// One connection in the native dialect: JSON events and binary sound on one WebSocket (subprotocol
// audio.confab). It makes a call, or takes those of an identity until it answers one. It tells what
// happens by events of its own:
//
// registered {} · ring {callSid, from} · cancel {callSid, reason}
// started {callSid} · sound {samples} · mark {name}
// ended {} · refused {message} · lost {slept}
//
// One of the last three comes at the end, once. "lost" is the connection's fault: one may try again;
// `slept`: nobody looked after it for so long that it may have ended in an orderly way.

const SUBPROTOCOL = "audio.confab";
const LOOK_EVERY_MS = 1000;
const SILENT_FOR_MS = 5000; // in a call the bridge sends sound all the time, be it silence
const ASLEEP_FROM_MS = 30_000; // in a call something comes 50 times a second
const WAKING_MS = 10_000;
const ASK_EVERY_MS = 20_000; // who takes calls hears nothing until one comes
const ANSWER_WITHIN_MS = 8000;
const STILL_THERE = "still there";
const ORDERLY_CLOSE = 1000;
const REFUSED_CLOSES = [1002, 1003, 1007, 1008, 1009];

export class NativeLine extends EventTarget {
  #socket;
  #rate;
  #isCall;
  #over = false;
  #heardAt = Date.now();
  #lookedAt = Date.now();
  #wokeAt = -Infinity;
  #askedAt = Date.now();
  #isAsking = false;
  #watch;

  /** Call. `start`: to, from, token; `rate`: of the wire in Hz. */
  static call(start, rate) {
    return new NativeLine({ event: "start", ...start, mediaFormat: mediaFormat(rate) }, rate);
  }

  /** Take calls. `registration`: identity, token; `rate`: of a call that is answered, in Hz. */
  static takeCalls(registration, rate) {
    return new NativeLine({ event: "register", ...registration }, rate);
  }

  constructor(opening, rate) {
    super();
    this.#rate = rate;
    this.#isCall = opening.event === "start";
    this.#socket = new WebSocket(new URL("/media", location.href.replace(/^http/, "ws")), SUBPROTOCOL);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#say(opening);
    this.#socket.onmessage = ({ data }) => this.#heed(data);
    this.#socket.onclose = (event) => this.#closed(event);
    this.#watch = setInterval(() => this.#look(), LOOK_EVERY_MS);
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

  /** Take a call that rings: "started" follows, or "cancel" when it is too late. */
  answer(callSid) {
    this.#isCall = true;
    this.#heardAt = Date.now();
    this.#say({ event: "answer", callSid, mediaFormat: mediaFormat(this.#rate) });
  }

  reject(callSid) {
    this.#say({ event: "reject", callSid });
  }

  /** Find out now whether the connection still is. */
  check() {
    if (this.#isCall || !this.#isUp) return;
    this.#isAsking = true;
    this.#askedAt = Date.now();
    this.mark(STILL_THERE);
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
    this.#noticeSleep();
    this.#heardAt = Date.now();
    if (data instanceof ArrayBuffer) {
      this.#tell("sound", { samples: data });
      return;
    }
    const { event, ...said } = JSON.parse(data);
    if (event === "mark" && said.name === STILL_THERE) this.#isAsking = false;
    else if (["registered", "ring", "cancel", "started", "mark"].includes(event)) this.#tell(event, said);
    else if (event === "stop") this.#end("ended");
    else if (event === "error") this.#end("refused", { message: said.message });
  }

  #look() {
    this.#noticeSleep();
    if (this.#isCall) {
      if (Date.now() - this.#heardAt > SILENT_FOR_MS) this.#end("lost");
    } else if (this.#isAsking && Date.now() - this.#askedAt > ANSWER_WITHIN_MS) {
      this.#end("lost");
    } else if (Date.now() - this.#askedAt > ASK_EVERY_MS) {
      this.check();
    }
  }

  /** After a sleep there is time to read what came meanwhile. */
  #noticeSleep() {
    const now = Date.now();
    if (now - this.#lookedAt > ASLEEP_FROM_MS) this.#wokeAt = this.#heardAt = now;
    this.#lookedAt = now;
  }

  #closed({ code, reason }) {
    this.#noticeSleep();
    if (code === ORDERLY_CLOSE) this.#end("ended");
    else if (REFUSED_CLOSES.includes(code)) this.#end("refused", { message: reason });
    else this.#end("lost");
  }

  #end(how, detail = { slept: Date.now() - this.#wokeAt < WAKING_MS }) {
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

function mediaFormat(rate) {
  return { encoding: "audio/x-l16", sampleRate: rate, channels: 1 };
}
