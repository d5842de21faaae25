// A vote from pair to pair: load, watch, decide, see who it was.
import * as api from "./api.js";
import { onKeys } from "./keys.js";
import { Players } from "./players.js";

const element = (id) => document.getElementById(id);
const json = (id) => JSON.parse(element(id).textContent);
const t = json("texts");
const figures = { left: element("left"), right: element("right") };
const rule = json("watch");
const players = new Players(figures.left.querySelector("video"), figures.right.querySelector("video"), rule);
const verdicts = [...document.querySelectorAll("[data-vote]")];
const FASTEST = 1.5; // seconds, as the server's rule

let pair = null; // what is on the screen
let since = 0; // when both became playable
let state = "loading"; // loading, watching, open, storing, revealed, over

const say = (text) => { element("status").textContent = text; };
const waiting = () => say(t.retrying);

function enter(next) {
  state = next;
  document.body.dataset.state = next;
  for (const button of verdicts) button.disabled = !(next === "open" || (next === "broken" && button.dataset.vote === "skip"));
  element("verdict").hidden = next === "revealed" || next === "over";
  element("reveal").hidden = next !== "revealed";
}

async function begin() {
  enter("loading");
  say(t.loading);
  for (const figure of Object.values(figures)) {
    figure.querySelector("output").textContent = "";
    figure.querySelector("progress").value = 0;
    figure.classList.remove("chosen");
  }
  try {
    pair = await api.next(waiting);
    element("prompt").textContent = pair.prompt;
    element("progress").textContent = `${pair.done} / ${pair.total} ${t.done}`;
    await present();
  } catch (error) {
    explain(error);
  }
}

async function present() {
  for (let attempt = 0; ; attempt++) {
    try {
      await players.load(pair.left, pair.right);
    } catch {
      enter("broken");
      say(t.broken);
      return;
    }
    try {
      await api.ready(pair.pairing, waiting);
      break;
    } catch (error) {
      // A server that was restarted has to send the clips again.
      if (error.code !== "clips_not_sent" || attempt === 2) throw error;
    }
  }
  since = performance.now();
  enter("watching");
  say(t.watch);
  if (!(await players.play())) say(t.press_play);
}

const elapsed = () => (performance.now() - since) / 1000;

function tick() {
  if (state !== "watching") return;
  let enough = elapsed() > FASTEST + 0.1;
  for (const side of ["left", "right"]) {
    const share = players.played(side) / players.needed(side);
    figures[side].querySelector("progress").value = Math.min(1, share);
    enough = enough && share >= 1 && elapsed() > players.needed(side) + 0.1;
  }
  if (enough) {
    enter("open");
    say(t.decide);
  }
}
setInterval(tick, 100);

async function decide(outcome) {
  const open = state === "open" || (state === "broken" && outcome === "skip");
  if (!open) return;
  enter("storing");
  say(t.storing);
  const ballot = { pairing: pair.pairing, outcome, watch_left: Math.min(players.played("left"), elapsed()), watch_right: Math.min(players.played("right"), elapsed()) };
  try {
    reveal(await api.vote(ballot, waiting), outcome);
  } catch (error) {
    if (error.status === 425) {
      say(t.watch);
      setTimeout(() => { enter("open"); say(t.decide); }, 1000 * (error.answer.wait || 1));
    } else {
      explain(error);
    }
  }
}

function reveal(told, outcome) {
  if (outcome === "skip") { begin(); return; }
  for (const side of ["left", "right"]) {
    if (told.control) continue;
    const rating = told[`${side}_rating`];
    figures[side].querySelector("output").textContent = `${told[side]} · ${rating === null ? t.unrated : `${t.rating} ${rating.toFixed(0)}`}`;
    figures[side].classList.toggle("chosen", outcome === side);
  }
  const stacked = figures.right.offsetTop > figures.left.offsetTop; // on a narrow screen "left" is above
  const words = { left: stacked ? t.upper_better : t.left_better, right: stacked ? t.lower_better : t.right_better, tie: t.tie, both_bad: t.both_bad };
  let text = `${t.you_said}: ${words[outcome]}.`;
  if (told.control) text += ` ${t.control}`;
  else if (told.others) text += ` ${t.others}: ${(100 * told.others.left).toFixed(0)} % ${stacked ? t.others_upper : t.others_left} ${told.others.votes} ${t.votes}.`;
  element("told").textContent = text;
  enter("revealed");
  say(t.stored);
  element("next").focus({ preventScroll: true });
}

function explain(error) {
  players.pause();
  enter("over");
  say(t[error.code] || `${t.failed}: ${error.message} ${t.reload}`);
}

function act(action) {
  if (["left", "right", "tie", "both_bad", "skip"].includes(action)) decide(action);
  else if (action === "next") { if (state === "revealed") begin(); }
  else if (state === "loading" || state === "over") return;
  else if (action === "play") players.toggle();
  else if (action === "restart") players.restart();
  else hear(action);
}

function hear(action) {
  if (!document.querySelector(".sound")) return;
  if (action === "mute") players.mute();
  else players.solo(action === "solo_left" ? "left" : "right");
  for (const button of document.querySelectorAll(".sound [data-do]")) button.setAttribute("aria-pressed", String(button.dataset.do === action));
}

for (const button of verdicts) button.addEventListener("click", () => decide(button.dataset.vote));
for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => { act(button.dataset.do); button.blur(); });
element("next").addEventListener("click", begin);
onKeys(act);
begin();
