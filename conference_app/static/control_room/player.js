// The player of a recording: its outline and who spoke, to look at and to seek in, by pointer and by
// keyboard.

import { showSeconds } from "./clock.js";
import { nextStart, speakersAt, startOf } from "./lanes.js";
import { drawWaveform } from "./waveform.js";

const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6 };
const LONGEST_STEP_S = 5;
const SHORTEST_STEP_S = 1;
const NEAR_PIXELS = 4;

class Player {
  constructor(root) {
    this.root = root;
    this.audio = root.querySelector("audio");
    this.canvas = root.querySelector("canvas");
    this.slider = root.querySelector("[role=slider]");
    this.toggle = root.querySelector("[data-toggle]");
    this.time = root.querySelector("[data-time]");
    this.speaker = root.querySelector("[data-speaker]");
    this.speakers = JSON.parse(document.getElementById("speakers")?.textContent ?? "[]");
    this.peaks = null;
    this.audio.controls = false;
    root.classList.add("player-ready");
    this.listen();
    this.listenToLanes();
    this.show();
    this.load();
  }

  /** The length of the recording, whatever its encoder has added. */
  get seconds() {
    return Number(this.root.dataset.seconds);
  }

  /** One press of an arrow key: 5 s, less in a short recording. */
  get step() {
    return Math.min(LONGEST_STEP_S, Math.max(SHORTEST_STEP_S, Math.round(this.seconds / 20)));
  }

  async load() {
    const answer = await fetch(this.root.dataset.peaks);
    if (!answer.ok) return;
    this.peaks = await answer.json();
    this.draw();
    this.root.classList.add("player-drawn");
  }

  listen() {
    this.toggle.addEventListener("click", () => this.playOrPause());
    this.slider.addEventListener("click", (event) => this.seek(this.secondsAt(this.slider, event)));
    this.slider.addEventListener("keydown", (event) => this.pressed(event));
    for (const happening of ["timeupdate", "seeked", "play", "pause", "ended"]) {
      this.audio.addEventListener(happening, () => this.show());
    }
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributes: true });
  }

  listenToLanes() {
    this.root.querySelectorAll("[data-track]").forEach((track, lane) => {
      track.addEventListener("click", (event) => this.seekInLane(track, this.speakers[lane].spans, event));
    });
    this.root.querySelectorAll("[data-next]").forEach((button, lane) => {
      const { spans } = this.speakers[lane];
      button.disabled = spans.length === 0;
      button.addEventListener("click", () => this.playFrom(nextStart(spans, this.audio.currentTime * 1000) / 1000));
    });
  }

  secondsAt(element, event) {
    const box = element.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * this.seconds;
  }

  /** To the beginning of what was clicked on, or where nobody speaks to that very place. */
  seekInLane(track, spans, event) {
    const slack = (NEAR_PIXELS / track.getBoundingClientRect().width) * this.seconds * 1000;
    const clicked = this.secondsAt(track, event);
    const start = startOf(spans, clicked * 1000, slack);
    this.seek(start === null ? clicked : start / 1000);
  }

  playFrom(seconds) {
    this.seek(seconds);
    this.audio.play();
  }

  pressed(event) {
    if (event.key in STEPS) this.seek(this.audio.currentTime + STEPS[event.key] * this.step);
    else if (event.key === "Home") this.seek(0);
    else if (event.key === "End") this.seek(this.seconds);
    else if (event.key === " " || event.key === "Enter") this.playOrPause();
    else return;
    event.preventDefault();
  }

  playOrPause() {
    if (this.audio.paused) this.audio.play();
    else this.audio.pause();
  }

  seek(seconds) {
    this.audio.currentTime = Math.min(Math.max(0, seconds), this.seconds);
    this.show();
  }

  show() {
    const all = this.seconds;
    const now = Math.min(this.audio.currentTime, all);
    const speaking = speakersAt(this.speakers, now * 1000).join(", ");
    const words = `${showSeconds(now)} of ${showSeconds(all)}`;
    this.time.textContent = `${showSeconds(now)} / ${showSeconds(all)}`;
    this.speaker.textContent = speaking;
    this.slider.setAttribute("aria-valuemax", String(Math.floor(all)));
    this.slider.setAttribute("aria-valuenow", String(Math.floor(now)));
    this.slider.setAttribute("aria-valuetext", speaking ? `${words}, ${speaking}` : words);
    this.toggle.setAttribute("aria-label", this.audio.paused ? "Play" : "Pause");
    this.toggle.firstElementChild.textContent = this.audio.paused ? "play_arrow" : "pause";
    this.root.style.setProperty("--played", String(all ? now / all : 0));
    this.draw();
  }

  draw() {
    if (this.peaks) drawWaveform(this.canvas, this.peaks, this.audio.currentTime / this.seconds);
  }
}

document.querySelectorAll("[data-player]").forEach((root) => new Player(root));
