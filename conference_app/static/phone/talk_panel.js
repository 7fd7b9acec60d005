// What is on the page during a call: time, delay, levels, mute and hold, the keypad.

const KEYS = /^[0-9*#]$/;
const QUIETEST_DB = -60;
const WORDS = {
  mute: ["Nobody hears you.", "You are heard again."],
  hold: ["On hold: you neither hear nor are heard.", "You are back."],
};

export class TalkPanel {
  /** Is told {muted, deaf} and words for the user. */
  onset = () => {};
  onkey = () => {};

  #part;
  #since = null;
  #roundTrip = null;

  /** `part(name)` finds an element. */
  constructor(part) {
    this.#part = part;
    for (const name of ["mute", "hold"]) {
      part(name).addEventListener("click", () => this.#press(name, !this.#isPressed(name)));
    }
    part("keys").addEventListener("click", () => this.#openKeypad(part("keypad").hidden));
    part("keypad").addEventListener("click", ({ target }) => {
      const digit = target.closest("[data-digit]")?.dataset.digit;
      if (digit) this.#pressKey(digit);
    });
    document.addEventListener("keydown", (event) => this.#heedKey(event));
  }

  /** Show a call with somebody; the focus goes where it can be ended. */
  open(called) {
    this.#part("called").textContent = called;
    this.#part("talk").hidden = false;
    this.#part("hang-up").focus();
  }

  /** Show it no more; give whether the focus was here. */
  close() {
    const hadFocus = this.#part("talk").contains(document.activeElement);
    this.#part("talk").hidden = true;
    this.#since = this.#roundTrip = null;
    for (const name of ["mute", "hold"]) this.#part(name).setAttribute("aria-pressed", "false");
    this.#openKeypad(false);
    this.#part("pressed").textContent = "";
    this.showLevels({ levels: { spoken: QUIETEST_DB, heard: QUIETEST_DB } }, 0);
    return hadFocus;
  }

  /** The call is up, or (false) its connection is lost for now. */
  setConnected(isConnected) {
    if (isConnected) this.#since ??= performance.now();
    else this.#roundTrip = null;
  }

  /** `seconds` to the bridge and back. */
  setRoundTrip(seconds) {
    this.#roundTrip = seconds;
  }

  /** Show what the audio thread measured; `latency`: from here to the ear, in seconds. */
  showLevels({ levels, waiting }, latency) {
    this.#showLevel("spoken", levels.spoken);
    this.#showLevel("heard", levels.heard);
    const delay = this.#roundTrip === null ? null : this.#roundTrip + waiting + latency;
    this.#part("delay").textContent = delay === null ? "–" : `${Math.round(delay * 1000)} ms`;
    const lasted = this.#since === null ? 0 : (performance.now() - this.#since) / 1000;
    this.#part("time").textContent = clock(lasted);
  }

  #showLevel(name, decibels) {
    const share = Math.max(0, Math.min(1, 1 - decibels / QUIETEST_DB));
    const meter = this.#part(name);
    meter.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    meter.firstElementChild.style.transform = `scaleX(${share.toFixed(3)})`;
  }

  #isPressed(name) {
    return this.#part(name).getAttribute("aria-pressed") === "true";
  }

  #press(name, pressed) {
    this.#part(name).setAttribute("aria-pressed", String(pressed));
    const hold = this.#isPressed("hold");
    this.onset({ muted: hold || this.#isPressed("mute"), deaf: hold }, WORDS[name][pressed ? 0 : 1]);
  }

  #openKeypad(open) {
    this.#part("keypad").hidden = !open;
    this.#part("keys").setAttribute("aria-expanded", String(open));
  }

  #heedKey(event) {
    const elsewhere = event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, input");
    if (this.#part("talk").hidden || elsewhere || !KEYS.test(event.key)) return;
    this.#openKeypad(true);
    this.#pressKey(event.key);
  }

  #pressKey(digit) {
    this.onkey(digit);
    this.#part("pressed").textContent += digit;
    const key = this.#part("keypad").querySelector(`[data-digit="${digit}"]`);
    key.classList.add("down");
    setTimeout(() => key.classList.remove("down"), 150);
  }
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
