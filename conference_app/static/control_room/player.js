// The player of a recording: its outline to look at and to seek in, by pointer and by keyboard.

import { showSeconds } from "./clock.js";
import { drawWaveform } from "./waveform.js";

const STEPS = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -30, PageUp: 30 };

class Player {
  constructor(root) {
    this.root = root;
    this.audio = root.querySelector("audio");
    this.canvas = root.querySelector("canvas");
    this.slider = root.querySelector("[role=slider]");
    this.toggle = root.querySelector("[data-toggle]");
    this.time = root.querySelector("[data-time]");
    this.peaks = null;
    this.audio.controls = false;
    root.classList.add("player-ready");
    this.listen();
    this.show();
    this.load();
  }

  get seconds() {
    return Number.isFinite(this.audio.duration) ? this.audio.duration : Number(this.root.dataset.seconds);
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
    this.slider.addEventListener("click", (event) => {
      const box = this.slider.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.seconds);
    });
    this.slider.addEventListener("keydown", (event) => this.pressed(event));
    for (const happening of ["timeupdate", "seeked", "durationchange", "play", "pause", "ended"]) {
      this.audio.addEventListener(happening, () => this.show());
    }
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributes: true });
  }

  pressed(event) {
    if (event.key in STEPS) this.seek(this.audio.currentTime + STEPS[event.key]);
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
    const [now, all] = [this.audio.currentTime, this.seconds];
    this.time.textContent = `${showSeconds(now)} / ${showSeconds(all)}`;
    this.slider.setAttribute("aria-valuemax", String(Math.floor(all)));
    this.slider.setAttribute("aria-valuenow", String(Math.floor(now)));
    this.slider.setAttribute("aria-valuetext", `${showSeconds(now)} of ${showSeconds(all)}`);
    this.toggle.setAttribute("aria-label", this.audio.paused ? "Play" : "Pause");
    this.toggle.firstElementChild.textContent = this.audio.paused ? "play_arrow" : "pause";
    this.draw();
  }

  draw() {
    if (this.peaks) drawWaveform(this.canvas, this.peaks, this.audio.currentTime / this.seconds);
  }
}

document.querySelectorAll("[data-player]").forEach((root) => new Player(root));
