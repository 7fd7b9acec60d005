// The buttons of a live meeting: what the operator may ask for, with a question where it hurts.

import { make, symbol } from "./build.js";

export class Orders {
  constructor(root, orders, complain) {
    this.root = root;
    this.orders = orders;
    this.complain = complain;
    this.question = root.querySelector("[data-question]");
  }

  /** Make the buttons of a person, or of the meeting (null). */
  buttons(person) {
    const fitting = this.orders.filter((order) => order.person === (person !== null));
    return fitting.filter((order) => isShown(order, person)).map((order) => this.button(order, person));
  }

  button(order, person) {
    const button = make("button", `plain-button${order.confirm ? " danger-button" : ""}`, "", symbol(order.icon));
    button.type = "button";
    button.dataset.order = order.name;
    button.append(make("span", "button-words", order.label));
    button.title = order.label;
    button.setAttribute("aria-label", person ? `${order.label}: ${person.name}` : order.label);
    button.addEventListener("click", () => this.ask(order, person, button));
    return button;
  }

  async ask(order, person, button) {
    if (order.confirm && !(await this.confirmed(order, person))) return;
    button.disabled = true;
    const form = new URLSearchParams({ order: order.name, person: person ? person.id : "" });
    const refusal = await this.send(form);
    if (refusal) {
      button.disabled = false;
      this.complain(refusal);
    }
  }

  /** Ask the server; give "" or why it was refused. */
  async send(form) {
    try {
      const answer = await fetch(this.root.dataset.steer, {
        method: "POST",
        headers: { "X-CSRFToken": this.root.dataset.csrf },
        body: form,
      });
      if (answer.ok) return "";
      const said = await answer.json().catch(() => ({}));
      return said.error || `The server answered ${answer.status}.`;
    } catch {
      return "The server could not be reached.";
    }
  }

  confirmed(order, person) {
    const words = order.confirm.replace("{who}", () => (person ? person.name : ""));
    this.question.querySelector("[data-words]").textContent = words;
    this.question.querySelector("[data-yes]").textContent = order.label;
    this.question.returnValue = "";
    this.question.showModal();
    return new Promise((resolve) => {
      const closed = () => resolve(this.question.returnValue === "yes");
      this.question.addEventListener("close", closed, { once: true });
    });
  }
}

function isShown(order, person) {
  if (!order.shown) return true;
  const not = order.shown.startsWith("!");
  return Boolean(person[not ? order.shown.slice(1) : order.shown]) !== not;
}
