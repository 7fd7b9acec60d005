// The page of a live meeting: state and levels come by the socket, orders go by requests.

import { make, setText } from "./build.js";
import { showSeconds } from "./clock.js";
import { openFeed } from "./feed.js";
import { Orders } from "./orders.js";
import { People } from "./people.js";

const LINK_WORDS = { open: "live", lost: "lost, trying again …", asleep: "asleep", refused: "not allowed any more" };
const COMPLAINT_MS = 8000;

class LivePage {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-${name}]`);
    const allowed = JSON.parse(document.getElementById("live-orders").textContent);
    this.orders = new Orders(root, allowed, (words) => this.complain(words));
    this.people = new People(this.part("people"), this.orders);
    this.startedAt = null;
    this.part("orders").append(...this.orders.buttons(null));
    setInterval(() => this.tick(), 1000);
    openFeed(root.dataset.socket, (message) => this.hear(message), (state) => this.link(state));
  }

  hear(message) {
    if (message.event === "levels") this.people.hear(message.legs);
    else this.show(message);
  }

  show(state) {
    if (state.status === "completed") {
      window.location.reload(); // the page of a meeting that is over
      return;
    }
    const badge = make("span", `badge badge-${state.status}`, state.status);
    this.part("state").replaceChildren(badge);
    setText(this.part("count"), String(state.people.length));
    this.startedAt = state.started_at && Date.parse(state.started_at);
    this.part("nobody").hidden = state.people.length > 0;
    this.people.show(state.people);
    this.part("timeline").replaceChildren(...state.timeline.map(fact));
    this.tick();
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

  complain(words) {
    const trouble = this.part("trouble");
    trouble.textContent = words;
    trouble.hidden = false;
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => (trouble.hidden = true), COMPLAINT_MS);
  }
}

function fact(event) {
  const at = make("time", "fact-time", event.occurred_at.slice(11, 19));
  at.dateTime = event.occurred_at;
  const words = make("span", "fact-words", "", make("span", "fact-kind", event.kind));
  if (event.who) words.append(make("span", "fact-who", event.who));
  return make("li", "fact", "", at, words);
}

document.querySelectorAll("[data-live]").forEach((root) => new LivePage(root));
