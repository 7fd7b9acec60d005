// The phone's page: one call at a time, made here or taken here.

import { Refused, ask } from "./asking.js";
import { Devices } from "./devices.js";
import { IncomingPanel } from "./incoming_panel.js";
import { PhoneCall } from "./phone_call.js";
import { SoundCard } from "./sound_card.js";
import { TakingCalls } from "./taking_calls.js";
import { TalkPanel } from "./talk_panel.js";

const phone = document.getElementById("phone");
const part = (name) => phone.querySelector(`[data-part="${name}"]`);
const form = part("form");
const rate = Number(phone.dataset.rate);

const NO_MEETING = 404;
const WAITS_FOR_MEETING_MS = [300, 700, 1500];
const STATES = {
  asking: "Your browser asks for the microphone…",
  calling: "Calling…",
  connected: "You are connected.",
  lost: "The connection was lost. Calling again…",
  over: "The call is over.",
};

const talk = new TalkPanel(part);
const devices = new Devices(part, complain);
const taking = phone.dataset.takeCalls ? new TakingCalls(askToBeCalled, rate) : null;

let card = null;
let call = null;
let answering = null; // {line, callSid} of a call that rings until there is sound

// --- Words ----------------------------------------------------------------------------------------

function say(text) {
  part("status").textContent = text;
}

function complain(text) {
  part("problem").hidden = !text;
  part("problem-text").textContent = text;
}

function show(state) {
  phone.dataset.state = state;
  say(STATES[state]);
  talk.setConnected(state === "connected");
  part("test-speaker").hidden = state !== "connected" || !phone.dataset.testSpeaker;
}

// --- A call ---------------------------------------------------------------------------------------

/** Have a call with somebody: `connect(call)` makes it, once there is sound. */
async function begin(called, connect) {
  complain("");
  form.hidden = true;
  talk.open(called);
  show("asking");
  const opened = await SoundCard.open(rate).catch(() => null);
  if (opened === null) {
    finish("This browser can not open the loudspeaker.");
    return;
  }
  card = opened;
  card.onlevels = (measured) => talk.showLevels(measured, opened.latency);
  await devices.open(card);
  if (card !== opened) return; // it was hung up meanwhile
  call = new PhoneCall(card, rate);
  call.onstate = (state, problem) => (state === "over" ? finish(problem) : show(state));
  call.onroundtrip = (seconds) => talk.setRoundTrip(seconds);
  show("calling");
  connect(call);
}

function finish(problem = "") {
  const unanswered = answering;
  call = answering = null;
  unanswered?.line.hangUp();
  devices.close();
  card?.close();
  card = null;
  form.hidden = false;
  const hadFocus = talk.close();
  show("over");
  complain(problem);
  if (hadFocus) part("call").focus();
  taking?.endCall();
}

function dial() {
  taking?.beginCall();
  begin(calledName(), (made) => made.dial(askForTicket));
}

function answer({ callSid, name }) {
  const line = taking.handOver();
  answering = { line, callSid };
  const calledOff = () => answering?.line === line && finish("The caller has hung up.");
  line.addEventListener("cancel", ({ detail }) => detail.callSid === callSid && calledOff());
  line.addEventListener("lost", calledOff);
  begin(name, (made) => {
    answering = null;
    made.take(line, callSid);
  });
}

function hangUp() {
  answering?.line.reject(answering.callSid);
  if (call) call.hangUp();
  else finish();
}

// --- What is asked of the server ------------------------------------------------------------------

function fields(more = {}) {
  const all = new FormData(form);
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return all;
}

async function askForTicket() {
  const told = await ask(phone.dataset.start, fields());
  return { ...told, from: form.elements.name.value };
}

function askToBeCalled() {
  return ask(phone.dataset.takeCalls, fields({ identity: part("identity").value }));
}

async function askForTestSpeaker() {
  const button = part("test-speaker");
  button.disabled = true;
  say("Calling the test speaker…");
  const words = await callTestSpeaker(call);
  button.disabled = false;
  if (call) say(words);
}

/** Who has just been connected may be in the meeting a moment later. */
async function callTestSpeaker(called) {
  for (const wait of [...WAITS_FOR_MEETING_MS, null]) {
    try {
      return (await ask(phone.dataset.testSpeaker, fields({ callSid: called.sid }))).message;
    } catch (error) {
      if (!(error instanceof Refused)) return "The server does not answer. Try again.";
      if (error.status !== NO_MEETING || wait === null) return error.message;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

// --- Who is called --------------------------------------------------------------------------------

function calledName() {
  const fixed = phone.dataset.room;
  if (fixed) return fixed;
  const { application, room } = form.elements;
  return application.value || room.value.trim();
}

function showChoice() {
  const { application } = form.elements;
  if (!application) return;
  const chosen = application.selectedOptions[0];
  part("room-choice").hidden = Boolean(application.value);
  form.elements.room.required = !application.value;
  part("explanation").textContent = chosen.dataset.explanation;
}

// --- The page -------------------------------------------------------------------------------------

function listen() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dial();
  });
  form.elements.application?.addEventListener("change", showChoice);
  part("hang-up").addEventListener("click", hangUp);
  part("test-speaker").addEventListener("click", askForTestSpeaker);
  talk.onset = (state, words) => {
    card?.set(state);
    if (call) say(words);
  };
  talk.onkey = (digit) => call?.press(digit);
  if (taking) listenToCallers();
}

function listenToCallers() {
  const incoming = new IncomingPanel(part, taking);
  incoming.onanswer = answer;
  incoming.onwords = say;
}

if (!window.isSecureContext || !window.AudioWorkletNode) {
  part("call").disabled = true;
  if (taking) part("take-calls").disabled = true;
  complain(
    window.isSecureContext
      ? "This browser can not make calls. A current one can."
      : "Browsers give sound only to pages that came over https, or from this very machine.",
  );
} else {
  listen();
  showChoice();
  devices.list();
}
