// @ts-check
// What the dashboard does beyond plain forms: acts without leaving the page, undo, keys.
// Without it everything still works, one page load an act.

import { boxes, boxesIn, bulk, queue, selected, showEmpty, showSelected, visible } from "./shown.js";
import { showTimes } from "./times.js";
import { Refusal, load, send } from "./wire.js";

/** @typedef {import("./wire.js").Done} Done */
/** @typedef {{decisions: string[], cards: HTMLElement[]}} Step */

const COUNT_LIMIT = 1000;
const FEW = 10;
const KEYS_OFF = "comment-widget-keys-off";
/** The tabs in which a comment stays after an act, and is only drawn anew. */
const STAYING = new Set(["all", "one"]);
/** The acts after which a comment stays where it is, in every tab. */
const MARKS = /^(?:un)?(?:pin|feature)$|^badge_|_thread$/;

const words = document.body.dataset;
const toast = /** @type {HTMLElement | null} */ (document.querySelector(".toast"));
const heading = /** @type {HTMLElement | null} */ (document.querySelector("#heading"));
const help = /** @type {HTMLDialogElement | null} */ (document.querySelector("#help"));

/** What was done on this page and can be taken back, the last at the end. @type {Step[]} */
const steps = [];
/** @type {HTMLElement | null} */
let current = null;
let isLoading = false;

document.documentElement.classList.add("js");
showTimes(document);
if (queue && toast) start(queue, toast);

/** @param {HTMLElement} list @param {HTMLElement} told */
function start(list, told) {
  list.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const card = /** @type {HTMLElement | null} */ (form.closest(".card"));
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (!card || !button) return;
    event.preventDefault();
    void act(form, button.value, [card]);
  });
  list.addEventListener("focusin", (event) => {
    current = /** @type {Element} */ (event.target).closest(".card");
  });
  told.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void undo();
  });
  const done = told.querySelectorAll("input[name=decision]");
  if (done.length) {
    steps.push({ decisions: [...done].map((input) => input.getAttribute("value") ?? ""), cards: [] });
  }
  document.addEventListener("keydown", onKey);
  document.querySelector("#show-help")?.addEventListener("click", () => help?.showModal());
  const keysOn = /** @type {HTMLInputElement | null} */ (document.querySelector("#keys-on"));
  if (keysOn) {
    keysOn.checked = !stored();
    keysOn.addEventListener("change", () => store(!keysOn.checked));
  }
  if (bulk) startBulk(bulk, list);
}

/** @param {HTMLFormElement} form @param {HTMLElement} list */
function startBulk(form, list) {
  const all = /** @type {HTMLInputElement | null} */ (form.querySelector("#all"));
  list.addEventListener("change", showSelected);
  all?.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    showSelected();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = /** @type {HTMLButtonElement} */ (event.submitter).value;
    const cards = selected().map((box) => /** @type {HTMLElement} */ (box.closest(".card")));
    if (cards.length) void act(form, name, cards);
  });
}

/** Do one act on some comments; they leave at once and come back if it fails.
 * @param {HTMLFormElement} form @param {string} name @param {HTMLElement[]} cards */
async function act(form, name, cards) {
  const fields = new URLSearchParams({ act: name });
  for (const card of cards) fields.append("comment", card.dataset.id ?? "");
  if (cards.length === 1) fields.append("seen", cards[0]?.dataset.status ?? "");
  const told = form.querySelector("[name=message]");
  if (told instanceof HTMLInputElement) fields.set("message", told.value);
  const tab = queue?.dataset.tab ?? "";
  const stays = STAYING.has(tab) || MARKS.test(name) || isKept(name, tab);
  const last = /** @type {HTMLElement} */ (cards.at(-1));
  if (stays) for (const card of cards) card.setAttribute("aria-busy", "true");
  else leave(cards, last);
  try {
    const done = await send(form.action, fields);
    say(done);
    if (done.decisions.length) steps.push({ decisions: done.decisions, cards });
    if (stays) await refresh(cards);
  } catch (error) {
    for (const card of cards) comeBack(card);
    last.focus();
    say({ said: reason(error), decisions: [], counts: {} });
    if (error instanceof Refusal && error.status === 409) await refresh(cards);
  }
}

/** Whether a comment stays in a list after its edit, or what was reported of it, is settled.
 * @param {string} name @param {string} tab */
function isKept(name, tab) {
  return (name.endsWith("_edit") && tab !== "pending") || (name === "keep" && tab !== "flagged");
}

/** Take back what was done last on this page. */
async function undo() {
  const step = steps.pop();
  if (!step || !toast) return say({ said: words.nothing ?? "", decisions: [], counts: {} });
  const fields = new URLSearchParams();
  for (const decision of step.decisions) fields.append("decision", decision);
  try {
    const done = await send(toast.dataset.undo ?? "", fields);
    say(done);
    if (!step.cards.length) return location.reload();
    const fresh = await refresh(step.cards);
    fresh[0]?.focus();
  } catch (error) {
    if (!(error instanceof Refusal)) steps.push(step);
    say({ said: reason(error), decisions: [], counts: {} });
  }
}

/** Hide cards and let the focus go to the next comment.
 * @param {HTMLElement[]} cards @param {HTMLElement} from */
function leave(cards, from) {
  const gone = new Set(cards);
  const left = visible().filter((card) => card === from || !gone.has(card));
  const at = left.indexOf(from);
  const next = left[at + 1] ?? left[at - 1];
  for (const card of cards) {
    card.hidden = true;
    for (const box of boxesIn(card)) box.checked = false;
  }
  showSelected();
  showEmpty();
  if (next) next.focus();
  else heading?.focus();
  void loadMore();
}

/** @param {HTMLElement} card */
function comeBack(card) {
  card.hidden = false;
  card.removeAttribute("aria-busy");
  showEmpty();
}

/** Draw cards anew as the server has them; return them.
 * @param {HTMLElement[]} cards @returns {Promise<HTMLElement[]>} */
async function refresh(cards) {
  return Promise.all(cards.map(async (card) => {
    const hadFocus = card.contains(document.activeElement);
    const page = await read(card.dataset.page ?? "");
    const found = /** @type {HTMLElement | null} */ (page?.querySelector(".card") ?? null);
    comeBack(card);
    if (!found) return card;
    const fresh = document.adoptNode(found);
    showTimes(fresh);
    card.replaceWith(fresh);
    for (const step of steps) step.cards = step.cards.map((one) => (one === card ? fresh : one));
    if (hadFocus) fresh.focus();
    return fresh;
  }));
}

/** Fetch the next page before the moderator runs out of comments. */
async function loadMore() {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[rel=next]"));
  if (!link || !queue || isLoading || visible().length >= FEW) return;
  isLoading = true;
  try {
    const page = await read(link.href);
    const cards = /** @type {HTMLElement[]} */ ([...(page?.querySelectorAll(".queue > .card") ?? [])]);
    for (const card of cards) queue.append(document.adoptNode(card));
    showTimes(queue);
    const next = page?.querySelector("a[rel=next]")?.getAttribute("href");
    if (next) link.href = next;
    else link.remove();
    showEmpty();
    // Who was quicker than the server goes on with what has come.
    if (document.activeElement === heading) visible()[0]?.focus();
  } finally {
    isLoading = false;
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || help?.open || stored()) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const handled = key === "Enter" ? event.target === current && press("o") : press(key);
  if (handled) event.preventDefault();
}

/** Do what a key stands for; tell whether it stands for anything. @param {string} key @returns {boolean} */
function press(key) {
  const steer = { j: 1, k: -1 }[key];
  if (steer) return move(steer);
  if (key === "?") return help?.showModal(), true;
  if (key === "z" || key === "u") return void undo(), true;
  if (!"asrdox".includes(key)) return false;
  const card = current && !current.hidden ? current : visible()[0];
  if (!card || card.getAttribute("aria-busy") === "true") return true;
  if (key === "o") {
    const trail = /** @type {HTMLDetailsElement | null} */ (card.querySelector("details.trail"));
    if (trail) trail.open = !trail.open;
    card.focus();
  } else if (key === "x") {
    for (const box of boxesIn(card)) box.checked = !box.checked;
    showSelected();
  } else {
    const button = /** @type {HTMLElement | null} */ (card.querySelector(`[data-key="${key}"]`));
    if (button) button.click();
    else say({ said: words.noButton ?? "", decisions: [], counts: {} });
  }
  return true;
}

/** @param {number} by @returns {true} */
function move(by) {
  const cards = visible();
  const at = current ? cards.indexOf(current) : -1;
  const next = cards[at < 0 ? 0 : Math.min(Math.max(at + by, 0), cards.length - 1)];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Tell what happened, to eyes and to screen readers, with a way back. @param {Done} done */
function say(done) {
  if (!toast) return;
  const text = toast.querySelector("p");
  const form = toast.querySelector("form");
  delete toast.dataset.empty;
  if (text) text.textContent = done.said;
  if (form) form.hidden = done.decisions.length === 0;
  for (const [status, count] of Object.entries(done.counts)) {
    const shown = document.querySelector(`[data-count="${status}"]`);
    if (shown) shown.textContent = count >= COUNT_LIMIT ? `${COUNT_LIMIT - 1}+` : String(count);
  }
}

/** @param {string} address @returns {Promise<Document | null>} the page, or nothing, which is said */
async function read(address) {
  try {
    return await load(address);
  } catch (error) {
    say({ said: reason(error), decisions: [], counts: {} });
    return null;
  }
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof Refusal)) return words.unreachable ?? "";
  return error.status === 401 ? (words.signedOut ?? "") : error.message;
}

/** @returns {boolean} whether this browser's owner switched the keys off */
function stored() {
  try {
    return localStorage.getItem(KEYS_OFF) !== null;
  } catch {
    return false; // Storage is blocked: the keys are on, as always.
  }
}

/** @param {boolean} off */
function store(off) {
  try {
    if (off) localStorage.setItem(KEYS_OFF, "1");
    else localStorage.removeItem(KEYS_OFF);
  } catch {
    say({ said: words.unreachable ?? "", decisions: [], counts: {} });
  }
}
