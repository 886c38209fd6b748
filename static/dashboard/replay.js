// @ts-check
// Shows how far a replay is, until it has ended. Without this the page says it when loaded again.

import { showTimes } from "./times.js";
import { load } from "./wire.js";

const EVERY_MS = 1000;
const AWAY_MS = 5000;

void watch();

/** Look again and again; a server that is away is asked more seldom. */
async function watch() {
  let wait = EVERY_MS;
  while (document.querySelector("#replay[data-active]")) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) continue;
    try {
      show(await load(location.pathname));
      wait = EVERY_MS;
    } catch {
      wait = AWAY_MS;
    }
  }
}

/** Draw the progress anew, and everything once the replay has ended.
 * @param {Document} page */
function show(page) {
  const fresh = page.querySelector("#replay");
  const here = document.querySelector("#replay");
  if (!fresh || !here) return;
  if (fresh.hasAttribute("data-active")) {
    for (const part of ["#progress", "h1"]) {
      const drawn = fresh.querySelector(part);
      if (drawn) here.querySelector(part)?.replaceWith(document.adoptNode(drawn));
    }
    return;
  }
  const hadFocus = here.contains(document.activeElement);
  const drawn = document.adoptNode(fresh);
  showTimes(drawn);
  here.replaceWith(drawn);
  const heading = drawn.querySelector("h1");
  if (hadFocus) heading?.focus();
  tell(heading?.textContent ?? "");
}

/** Say to screen readers that it has ended.
 * @param {string} words */
function tell(words) {
  const status = document.querySelector("#replay-ended");
  if (status) status.textContent = words;
}
