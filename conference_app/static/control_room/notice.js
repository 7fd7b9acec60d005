// What has just been done, with a button that takes it back; and what could not be done.

const SAID_FOR_MS = 20000; // so long as a screen reader, or a slow hand, may need

export class Notice {
  constructor(root) {
    this.box = root.querySelector("[data-notice]");
    this.words = root.querySelector("[data-notice-words]");
    this.undo = root.querySelector("[data-undo]");
    this.trouble = root.querySelector("[data-trouble]");
    this.takeBack = null;
    this.undo.addEventListener("click", () => this.takeBackNow());
  }

  /** Say what was done; `takeBack` undoes it, if that can be done. */
  say(words, takeBack) {
    this.takeBack = takeBack || null;
    this.words.textContent = words;
    this.undo.hidden = !takeBack;
    this.box.classList.add("notice-shown");
    this.trouble.hidden = true;
    this.later();
  }

  /** Go after a while, but not from under somebody's finger. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.box.matches(":hover, :focus-within") ? this.later() : this.go()), SAID_FOR_MS);
  }

  go() {
    this.takeBack = null;
    this.undo.hidden = true;
    this.words.textContent = "";
    this.box.classList.remove("notice-shown");
  }

  takeBackNow() {
    const takeBack = this.takeBack;
    this.go();
    takeBack?.();
  }

  /** Say why something was not done. */
  complain(words) {
    this.go();
    this.trouble.textContent = words;
    this.trouble.hidden = false;
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => (this.trouble.hidden = true), SAID_FOR_MS);
  }
}
