// The page of a live meeting: state and levels come by the socket, orders go by requests.

import { make, setText } from "./build.js";
import { showSeconds } from "./clock.js";
import { Dialogs } from "./dialogs.js";
import { openFeed } from "./feed.js";
import { Notice } from "./notice.js";
import { Orders } from "./orders.js";
import { People } from "./people.js";

const LINK_WORDS = { open: "live", lost: "lost, trying again …", asleep: "asleep", refused: "not allowed any more" };
const MOST_FACTS = 100;

class LivePage {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-${name}]`);
    const allowed = JSON.parse(document.getElementById("live-orders").textContent);
    const orders = new Orders(root, allowed, new Dialogs(root), new Notice(root));
    this.people = new People(this.part("people"), orders);
    this.buttons = orders.buttonsOf(() => null, { person: false });
    this.part("orders").append(...this.buttons.elements);
    this.startedAt = null;
    this.feed = null;
    setInterval(() => this.tick(), 1000);
    openFeed(root.dataset.socket, (data, socket) => this.hear(data, socket), (state) => this.link(state));
  }

  hear(data, socket) {
    if (typeof data !== "string") return this.people.hear(new Uint8Array(data));
    const message = JSON.parse(data);
    if (message.event === "legs") this.people.expect(message.legs);
    else if (message.event === "arrivals") this.people.arrive(message.legs);
    else this.show(message, socket);
  }

  show(state, socket) {
    if (state.status === "completed") {
      window.location.reload(); // the page of a meeting that is over
      return;
    }
    this.part("state").replaceChildren(...badges(state));
    setText(this.part("count"), String(state.people.length));
    this.startedAt = state.started_at && Date.parse(state.started_at);
    this.part("nobody").hidden = state.people.length > 0;
    this.buttons.show(state);
    this.people.show(state.people);
    this.tell(state.timeline, socket);
    this.tick();
  }

  /** Put new facts on top; a new connection tells all of them again. */
  tell(facts, socket) {
    const list = this.part("timeline");
    if (socket !== this.feed) list.replaceChildren();
    this.feed = socket;
    list.prepend(...facts.map(fact));
    while (list.children.length > MOST_FACTS) list.lastChild.remove();
  }

  tick() {
    const lasted = this.startedAt ? showSeconds((Date.now() - this.startedAt) / 1000) : "not yet";
    setText(this.part("lasted"), lasted);
  }

  link(state) {
    const pill = this.part("link");
    setText(pill, LINK_WORDS[state]);
    pill.dataset.link = state;
    if (state !== "open") this.people.rest();
  }
}

function badges(state) {
  const words = [make("span", `badge badge-${state.status}`, state.status)];
  if (state.locked) words.push(make("span", "badge badge-locked", "locked"));
  if (state.recorded) words.push(make("span", "badge badge-recorded", state.paused ? "recording paused" : "recording"));
  return words;
}

function fact(event) {
  const at = make("time", "fact-time", event.occurred_at.slice(11, 19));
  at.dateTime = event.occurred_at;
  const words = make("span", "fact-words", "", make("span", "fact-kind", event.kind));
  if (event.who) words.append(make("span", "fact-who", event.who));
  if (event.more) words.append(make("span", "fact-who", event.more));
  return make("li", "fact", "", at, words);
}

document.querySelectorAll("[data-live]").forEach((root) => new LivePage(root));
