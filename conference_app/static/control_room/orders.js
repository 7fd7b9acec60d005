// What the operator may ask for: its buttons, and the way to the server.

import { make, symbol } from "./build.js";

export class Orders {
  constructor(root, allowed, dialogs, notice) {
    this.root = root;
    this.allowed = allowed;
    this.dialogs = dialogs;
    this.notice = notice;
  }

  /** Give the order of a person that asks for this; undefined where the operator may not give it. */
  asking(what) {
    return this.allowed.find((order) => order.person && order.asks === what);
  }

  /** Make the buttons of a person, or of the meeting; `subjectNow` gives what is known of it now. */
  buttonsOf(subjectNow, { person = true } = {}) {
    const fitting = this.allowed.filter((order) => order.person === person && order.asks !== "volume");
    return new Buttons(fitting, (order) => this.press(order, person ? subjectNow() : null));
  }

  async press(order, person) {
    if (order.confirm && !(await this.dialogs.confirm(filled(order.confirm, person), order.label))) return;
    if (order.asks === "announcement") {
      const to = person ? `Announce to ${person.name}` : "Announce to everybody";
      await this.dialogs.announcement(to, (said) => this.give(order, person, said));
    } else {
      const refusal = await this.give(order, person);
      if (refusal) this.notice.complain(refusal);
    }
  }

  /** Ask for something; give "" or why it was refused. `before`: what is said to undo it. */
  async give(order, person, said = {}, before = {}, undoing = false) {
    const form = { order: order.name, person: person ? person.id : "", ...said };
    const answer = await this.send(new URLSearchParams(form));
    if (answer.error) return answer.error;
    if (answer.copy) this.dialogs.copy(answer.copy);
    const undo = !undoing && this.allowed.find((other) => other.name === order.undo);
    const takeBack = undo && (async () => {
      const refusal = await this.give(undo, person, before, {}, true);
      if (refusal) this.notice.complain(refusal);
    });
    if (order.done) this.notice.say(filled(order.done, person), takeBack);
    return "";
  }

  async send(form) {
    try {
      const answer = await fetch(this.root.dataset.steer, {
        method: "POST",
        headers: { "X-CSRFToken": this.root.dataset.csrf },
        body: form,
      });
      const said = await answer.json().catch(() => ({}));
      return answer.ok ? said : { error: said.error || `The server answered ${answer.status}.` };
    } catch {
      return { error: "The server could not be reached." };
    }
  }
}

/** Buttons that are there or not as the state of what they are for says. */
class Buttons {
  constructor(orders, press) {
    this.orders = orders;
    this.press = press;
    this.elements = orders.map((order) => this.make(order));
  }

  make(order) {
    const words = make("span", "button-words", order.label);
    const button = make("button", `plain-button${order.confirm ? " danger-button" : ""}`, "", symbol(order.icon), words);
    button.type = "button";
    button.hidden = true;
    button.title = order.label;
    button.dataset.order = order.name;
    // Not `disabled`, which would take the focus away from who presses it by keyboard.
    button.addEventListener("click", async () => {
      if (button.ariaBusy === "true") return;
      button.ariaBusy = "true";
      await this.press(order);
      button.ariaBusy = "false";
    });
    return button;
  }

  /** Show those that make sense; whose button goes under the finger gets the one in its place. */
  show(state) {
    const focused = this.elements.indexOf(document.activeElement);
    this.orders.forEach((order, index) => {
      const button = this.elements[index];
      button.hidden = !makesSense(order, state);
      if (order.person) button.setAttribute("aria-label", `${order.label}: ${state.name}`);
    });
    if (focused < 0 || !this.elements[focused].hidden) return;
    const inItsPlace = this.orders.findIndex((order) => order.name === this.orders[focused].undo);
    this.elements[inItsPlace]?.focus();
  }
}

function makesSense(order, state) {
  const names = order.shown.split(" ").filter(Boolean);
  return names.every((name) => (name.startsWith("!") ? !state[name.slice(1)] : state[name]));
}

function filled(words, person) {
  return words.replace("{who}", () => (person ? person.name : ""));
}
