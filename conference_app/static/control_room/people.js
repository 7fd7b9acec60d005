// The people of a live meeting: one row each, kept from state to state.

import { PersonRow } from "./person_row.js";

const FLOOR_DBFS = -96;

export class People {
  constructor(list, orders) {
    this.list = list;
    this.orders = orders;
    this.rows = new Map(); // by call SID
    this.heard = []; // whose levels come, in their order
    const watch = (entries) => entries.forEach(({ target, isIntersecting }) => this.rowOf(target)?.come(isIntersecting));
    this.eyes = new IntersectionObserver(watch, { rootMargin: "100px" });
  }

  /** Show who is in, in the order of their coming. */
  show(people) {
    const present = new Map(people.map((person) => [person.call_sid, person.id]));
    for (const [sid, row] of this.rows) {
      if (present.get(sid) !== row.person.id) this.remove(sid, row);
    }
    for (const person of people) (this.rows.get(person.call_sid) ?? this.add(person)).show(person);
  }

  add(person) {
    const row = new PersonRow(this.orders);
    row.element.dataset.call = person.call_sid;
    this.rows.set(person.call_sid, row);
    this.list.append(row.element);
    this.eyes.observe(row.element);
    return row;
  }

  remove(sid, row) {
    this.eyes.unobserve(row.element);
    row.element.remove();
    this.rows.delete(sid);
  }

  rowOf(element) {
    return this.rows.get(element.dataset.call);
  }

  /** Lay the meters to rest: nothing is known any more. */
  rest() {
    this.heard = [];
    for (const row of this.rows.values()) row.rest();
  }

  /** Say whose levels come from now on. */
  expect(sids) {
    this.heard = sids;
  }

  /** Move the meters: a byte for each of them, dB above the floor. */
  hear(levels) {
    this.heard.forEach((sid, index) => this.rows.get(sid)?.hear(levels[index] + FLOOR_DBFS));
  }

  /** Say how sound arrives, of those of whom that has changed. */
  arrive(legs) {
    for (const [sid, arrival] of Object.entries(legs)) this.rows.get(sid)?.arrive(arrival);
  }
}
