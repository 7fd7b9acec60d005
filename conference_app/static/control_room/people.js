// The people of a live meeting: one row each, kept from state to state, with a meter that moves.

import { make, setText, symbol } from "./build.js";

const QUIETEST_DBFS = -60;
const FALL = 0.12;
const SPEAKS_DBFS = -40;
const SPEAKS_ON_MS = 600;
const POOR_LATE_SHARE = 0.02;
const POOR_DELAY_MS = 160;

export class People {
  constructor(list, orders) {
    this.list = list;
    this.orders = orders;
    this.rows = new Map();
  }

  /** Show who is in, in the order of their coming. */
  show(people) {
    const present = new Set(people.map((person) => person.call_sid));
    for (const [sid, row] of this.rows) {
      if (present.has(sid)) continue;
      row.element.remove();
      this.rows.delete(sid);
    }
    for (const person of people) {
      const known = this.rows.get(person.call_sid);
      const row = known && known.person.id === person.id ? known : this.add(person, known);
      row.show(person);
    }
  }

  add(person, stale) {
    stale?.element.remove();
    const row = new Row(this.orders);
    this.rows.set(person.call_sid, row);
    this.list.append(row.element);
    return row;
  }

  /** Lay the meters to rest: nothing is known any more. */
  rest() {
    for (const row of this.rows.values()) row.rest();
  }

  /** Move the meters. */
  hear(legs) {
    for (const [sid, row] of this.rows) row.hear(legs[sid]);
  }
}

class Row {
  constructor(orders) {
    this.orders = orders;
    this.person = { id: null };
    this.name = make("span", "person-name");
    this.chips = make("span", "person-chips");
    this.fill = make("span", "meter-fill");
    this.meter = make("span", "meter", "", this.fill);
    this.meter.setAttribute("aria-hidden", "true");
    this.quality = make("span", "person-quality");
    this.quality.title = "Delay of the jitter buffer; frames that were late, made up, or cut out to catch up";
    this.buttons = make("span", "person-orders");
    const who = make("span", "person-who", "", make("span", "person-line", "", this.name, this.chips), this.quality);
    this.element = make("li", "person", "", symbol("person"), who, this.meter, this.buttons);
    this.spokeAt = -Infinity;
    this.level = -1;
  }

  show(person) {
    const told = JSON.stringify(person);
    if (told === this.told) return this.enable();
    this.told = told;
    this.person = person;
    setText(this.name, person.name);
    this.chips.replaceChildren(...chips(person));
    this.buttons.replaceChildren(...this.orders.buttons(person));
    this.element.classList.toggle("person-unheard", person.muted || person.hold);
  }

  enable() {
    for (const button of this.buttons.children) button.disabled = false;
  }

  rest() {
    this.level = 0;
    this.fill.style.transform = "scaleX(0)";
    this.element.classList.remove("person-speaks", "person-poor");
    setText(this.quality, "");
  }

  hear(leg) {
    const [dbfs, bufferedMs, late, concealed, cut, received] = leg || [QUIETEST_DBFS, 0, 0, 0, 0, 0];
    // A level is of one moment: falling slowly, the meter shows speech and not its gaps.
    const level = Math.max(0, Math.min(1, 1 - dbfs / QUIETEST_DBFS), this.level - FALL);
    if (level !== this.level) {
      this.level = level;
      this.fill.style.transform = `scaleX(${level.toFixed(2)})`;
    }
    const now = performance.now();
    if (dbfs > SPEAKS_DBFS) this.spokeAt = now;
    const speaks = now - this.spokeAt < SPEAKS_ON_MS;
    this.element.classList.toggle("person-speaks", speaks && !this.person.muted && !this.person.hold);
    const poor = bufferedMs > POOR_DELAY_MS || late > POOR_LATE_SHARE * received;
    this.element.classList.toggle("person-poor", poor && received > 100);
    const parts = [`${bufferedMs} ms`, `${late} late`, `${concealed} concealed`, `${cut} cut`];
    setText(this.quality, parts.join(" · "));
  }
}

function chips(person) {
  const names = { muted: "muted", hold: "on hold", coaching: "coaching", moderator: "moderator" };
  const true_ = Object.keys(names).filter((name) => person[name]);
  return true_.map((name) => make("span", `chip chip-${name}`, names[name]));
}
