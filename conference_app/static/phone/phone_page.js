// The phone as people see it: what is on the page, and what it says.

import { PhoneCall, Refused } from "./phone_call.js";
import { SoundCard, whyNoMicrophone } from "./sound_card.js";

const phone = document.getElementById("phone");
const part = (name) => phone.querySelector(`[data-part="${name}"]`);
const form = part("form");
const talk = part("talk");
const keypad = part("keypad");
const microphones = part("microphones");
const loudspeakers = part("loudspeakers");

const STATES = {
  asking: "Your browser asks for the microphone…",
  calling: "Calling…",
  connected: "You are connected.",
  lost: "The connection was lost. Calling again…",
  over: "The call is over.",
};
const KEYS = /^[0-9*#]$/;
const QUIETEST_DB = -60;

let card = null;
let call = null;
let since = null;
let roundTrip = null;

// --- Words ----------------------------------------------------------------------------------------

function say(text) {
  part("status").textContent = text;
}

function complain(text) {
  part("problem").hidden = !text;
  part("problem-text").textContent = text;
}

// --- A call ---------------------------------------------------------------------------------------

async function begin() {
  complain("");
  part("called").textContent = calledName();
  show("asking");
  const opened = await SoundCard.open(Number(phone.dataset.rate)).catch(() => null);
  if (opened === null) {
    finish("This browser can not open the loudspeaker.");
    return;
  }
  card = opened;
  card.onlevels = showLevels;
  card.onmicrophonelost = () => listenOnly(new DOMException("", "NotFoundError"));
  await openMicrophone();
  await useLoudspeaker();
  if (card !== opened) return; // it was hung up meanwhile
  call = new PhoneCall(card, askForTicket, Number(phone.dataset.rate));
  call.onstate = (state, problem) => (state === "over" ? finish(problem) : show(state));
  call.onroundtrip = (seconds) => (roundTrip = seconds);
  show("calling");
  call.dial();
}

function finish(problem) {
  call = null;
  card?.close();
  card = null;
  const wasHere = talk.contains(document.activeElement);
  show("over");
  complain(problem || "");
  if (wasHere) part("call").focus();
}

async function askForTicket() {
  const answer = await fetch(phone.dataset.start, { method: "POST", body: new FormData(form) });
  if (answer.status >= 500) throw new Error("the server is not there");
  const told = await answer.json().catch(() => ({ message: "The page is out of date. Load it again." }));
  if (!answer.ok) throw new Refused(told.message);
  return { ...told, from: new FormData(form).get("name") };
}

function calledName() {
  const fixed = phone.dataset.room;
  if (fixed) return fixed;
  const { application, room } = form.elements;
  return application.value || room.value.trim();
}

function show(state) {
  const busy = state !== "over";
  const began = talk.hidden && busy;
  form.hidden = busy;
  talk.hidden = !busy;
  phone.dataset.state = state;
  say(STATES[state]);
  if (state === "connected") since ??= performance.now();
  else roundTrip = null;
  if (!busy) {
    since = null;
    press("mute", false);
    press("hold", false);
    openKeypad(false);
    part("pressed").textContent = "";
    showLevels({ levels: { spoken: QUIETEST_DB, heard: QUIETEST_DB }, waiting: 0 });
  }
  if (began) part("hang-up").focus();
}

// --- What is measured -----------------------------------------------------------------------------

function showLevels({ levels, waiting }) {
  showLevel("spoken", levels.spoken);
  showLevel("heard", levels.heard);
  const delay = roundTrip === null ? null : roundTrip + waiting + (card?.latency ?? 0);
  part("delay").textContent = delay === null ? "–" : `${Math.round(delay * 1000)} ms`;
  part("time").textContent = since === null ? "0:00" : clock((performance.now() - since) / 1000);
}

function showLevel(name, decibels) {
  const share = Math.max(0, Math.min(1, 1 - decibels / QUIETEST_DB));
  const meter = part(name);
  meter.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  meter.firstElementChild.style.transform = `scaleX(${share.toFixed(3)})`;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

// --- Buttons and keys -----------------------------------------------------------------------------

function isPressed(name) {
  return part(name).getAttribute("aria-pressed") === "true";
}

function press(name, pressed) {
  part(name).setAttribute("aria-pressed", String(pressed));
  const hold = isPressed("hold");
  card?.set({ muted: hold || isPressed("mute"), deaf: hold });
  const words = { mute: ["Nobody hears you.", "You are heard again."], hold: ["On hold: you neither hear nor are heard.", "You are back."] };
  if (call) say(words[name][pressed ? 0 : 1]);
}

function openKeypad(open) {
  keypad.hidden = !open;
  part("keys").setAttribute("aria-expanded", String(open));
}

function pressKey(digit) {
  call?.press(digit);
  part("pressed").textContent += digit;
  const key = keypad.querySelector(`[data-digit="${digit}"]`);
  key.classList.add("down");
  setTimeout(() => key.classList.remove("down"), 150);
}

// --- Devices --------------------------------------------------------------------------------------

async function openMicrophone() {
  const asking = card;
  try {
    await asking?.useMicrophone(microphones.value);
    if (card !== asking) asking.dropMicrophone();
    part("again").hidden = true;
    complain("");
  } catch (error) {
    if (card === asking) listenOnly(error);
  }
  await listDevices();
}

function listenOnly(error) {
  card?.dropMicrophone();
  part("again").hidden = false;
  complain(whyNoMicrophone(error));
}

async function useLoudspeaker() {
  try {
    await card?.useLoudspeaker(loudspeakers.value);
  } catch {
    complain("This loudspeaker can not be opened; you hear through another one.");
  }
}

async function listDevices() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  fill(microphones, devices, "audioinput", "Usual microphone");
  fill(loudspeakers, devices, "audiooutput", "Usual loudspeaker");
  part("loudspeaker-choice").hidden = !SoundCard.canChooseLoudspeaker;
}

/** Browsers name devices only once a microphone has been allowed. */
function fill(select, devices, kind, usual) {
  const chosen = select.value;
  const named = devices.filter((device) => device.kind === kind && device.deviceId && device.label);
  const others = named.filter((device) => device.deviceId !== "default");
  select.replaceChildren(new Option(usual, ""), ...others.map((one) => new Option(one.label, one.deviceId)));
  select.value = others.some((device) => device.deviceId === chosen) ? chosen : "";
}

// --- Who is called --------------------------------------------------------------------------------

function showChoice() {
  const { application } = form.elements;
  if (!application) return;
  const chosen = application.selectedOptions[0];
  part("room-choice").hidden = Boolean(application.value);
  form.elements.room.required = !application.value;
  part("explanation").textContent = chosen.dataset.explanation;
}

function listen() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  form.elements.application?.addEventListener("change", showChoice);
  part("hang-up").addEventListener("click", () => (call ? call.hangUp() : finish("")));
  for (const name of ["mute", "hold"]) {
    part(name).addEventListener("click", () => press(name, !isPressed(name)));
  }
  part("keys").addEventListener("click", () => openKeypad(keypad.hidden));
  keypad.addEventListener("click", ({ target }) => {
    const digit = target.closest("[data-digit]")?.dataset.digit;
    if (digit) pressKey(digit);
  });
  part("again").addEventListener("click", openMicrophone);
  microphones.addEventListener("change", () => card && openMicrophone());
  loudspeakers.addEventListener("change", useLoudspeaker);
  navigator.mediaDevices?.addEventListener("devicechange", listDevices);
  document.addEventListener("keydown", (event) => {
    const elsewhere = event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, input");
    if (call && KEYS.test(event.key) && !elsewhere) {
      openKeypad(true);
      pressKey(event.key);
    }
  });
}

if (!window.isSecureContext || !window.AudioWorkletNode) {
  part("call").disabled = true;
  complain(
    window.isSecureContext
      ? "This browser can not make calls. A current one can."
      : "Browsers give sound only to pages that came over https, or from this very machine.",
  );
} else {
  listen();
  showChoice();
  listDevices();
}
