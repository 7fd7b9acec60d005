// One person of a live meeting. What moves many times a second is written only when it is in view
// and has changed.

import { make, setText, symbol } from "./build.js";
import { Volume } from "./volume.js";

const QUIETEST_DBFS = -60;
const STEPS = 50; // of the meter: finer is not seen
const FALL = 6; // steps between two levels
const SPEAKS_DBFS = -40;
const SPEAKS_FOR = 5; // levels, of which there are eight a second: people pause between words
const STATES = { active: "active speaker", muted: "muted", hold: "on hold", coaching: "coaching", moderator: "moderator" };

export class PersonRow {
  constructor(orders) {
    this.person = { id: null };
    this.buttons = orders.buttonsOf(() => this.person);
    this.name = make("span", "person-name");
    this.chips = make("span", "person-chips");
    this.fill = make("span", "meter-fill");
    this.quality = make("span", "person-quality");
    this.quality.title = "Delay of the jitter buffer; frames that were late, made up, or cut out to catch up";
    const meter = make("span", "meter", "", this.fill);
    meter.setAttribute("aria-hidden", "true");
    const sound = make("span", "person-sound", "", meter);
    const order = orders.asking("volume");
    this.volume = order ? new Volume(orders, order, () => this.person) : null;
    if (this.volume) sound.append(this.volume.element);
    const line = make("span", "person-line", "", this.name, this.chips);
    const who = make("span", "person-who", "", line, this.quality);
    const rest = make("span", "person-orders", "", ...this.buttons.elements);
    this.element = make("li", "person", "", symbol("person"), who, sound, rest);
    this.inView = true;
    this.level = 0;
    this.spoke = 0;
    this.shown = { level: 0, speaks: false };
  }

  show(person) {
    const told = JSON.stringify(person);
    this.volume?.show(person); // it may have been moved, and moved back, between two states
    if (told === this.told) return;
    this.told = told;
    this.person = person;
    setText(this.name, person.name);
    this.chips.replaceChildren(...chips(person));
    this.buttons.show(person);
    this.element.classList.toggle("person-unheard", person.muted || person.hold);
  }

  /** Take a level in dBFS. One is of one moment: falling slowly, the meter shows speech and not its gaps. */
  hear(dbfs) {
    const now = Math.round(STEPS * Math.max(0, Math.min(1, 1 - dbfs / QUIETEST_DBFS)));
    this.level = Math.max(now, this.level - FALL, 0);
    this.spoke = dbfs > SPEAKS_DBFS ? SPEAKS_FOR : Math.max(0, this.spoke - 1);
    if (this.inView) this.draw();
  }

  draw() {
    if (this.level !== this.shown.level) {
      this.shown.level = this.level;
      this.fill.style.transform = `scaleX(${this.level / STEPS})`;
    }
    const speaks = this.spoke > 0 && !this.person.muted && !this.person.hold;
    if (speaks !== this.shown.speaks) {
      this.shown.speaks = speaks;
      this.element.classList.toggle("person-speaks", speaks);
    }
  }

  /** Say how somebody's sound arrives. */
  arrive([bufferedMs, late, concealed, cut, poor]) {
    this.arrival = `${bufferedMs} ms · ${late} late · ${concealed} concealed · ${cut} cut`;
    this.poor = Boolean(poor);
    if (this.inView) this.drawArrival();
  }

  drawArrival() {
    setText(this.quality, this.arrival ?? "");
    this.element.classList.toggle("person-poor", this.poor ?? false);
  }

  come(inView) {
    this.inView = inView;
    if (!inView) return;
    this.draw();
    this.drawArrival();
  }

  /** Lay the meter to rest: nothing is known any more. */
  rest() {
    this.level = this.spoke = 0;
    this.arrival = "";
    this.poor = false;
    this.come(this.inView);
  }
}

function chips(person) {
  const names = Object.keys(STATES).filter((name) => person[name]);
  const words = names.map((name) => make("span", `chip chip-${name}`, STATES[name]));
  if (person.volume !== 1) words.push(make("span", "chip", `${Math.round(100 * person.volume)} %`));
  return words;
}
