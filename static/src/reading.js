/** The first view: the thread, the comment that the address names, whether there is news. */
/** @import { Box, ThreadPage } from "./types.js" */
import { settleConsent } from "./consent.js";
import { newDraft } from "./drafts.js";
import { whileSeen } from "./timers.js";
import * as tree from "./tree.js";
import { apiError } from "./api_error.js";
import { wordsFor } from "./words.js";
import { act } from "./act.js";
import { learnLanguage } from "./language.js";

const LOOK_AGAIN_MS = 60_000;

/**
 * Load and show the thread.
 *
 * @param {Box} box
 * @param {() => boolean | null} pageConsent what the page's banner says
 */
export async function load(box, pageConsent) {
  box.set({ phase: "loading" });
  const words = learnLanguage(box);
  let page;
  try {
    page = await box.api.thread({ sort: sortParameter(box) });
    await words;
  } catch (failure) {
    await words;
    if (box.signal.aborted) return;
    const { message = "", status = 0 } = apiError(failure) ?? {};
    box.set({ phase: "failed", failure: message });
    box.emit("error", { message: message || box.t("failed"), status });
    return;
  }
  const drafts = { new: newDraft("new", null), ...box.state.drafts };
  const asked = box.state.sort;
  show(box, page, { phase: "ready", failure: "", announcement: "", drafts });
  settleConsent(box, pageConsent());
  if (box.state.sort !== asked) await reload(box);
  if (left(box)) act(box, (actions) => actions.watchHeld(box));
  box.emit("ready", { thread: page.thread.id, count: page.thread.count });
  await followAddress(box);
  lookAgain(box);
}

/** Whether the reader left something here before: texts, or comments of their own. @param {Box} box */
function left({ state }) {
  return Boolean(
    Object.keys(state.own).length || Object.values(state.drafts).some(({ body }) => body),
  );
}

/** @param {Box} box */
export function sortParameter({ state }) {
  return state.sort === "oldest" ? null : state.sort;
}

/** @param {Box} box @param {ThreadPage} page @param {Partial<Box["state"]>} [more] */
export function show(box, page, more = {}) {
  const { thread, comments, after, form } = page;
  box.set({ thread, comments, after, form, partial: false, fresh: null, moved: null, ...more });
}

/** Show the thread from its beginning. @param {Box} box */
export async function reload(box) {
  show(box, await box.api.thread({ sort: sortParameter(box) }));
}

/** Go to the comment that the page's address names, if it names one. @param {Box} box */
export async function followAddress(box) {
  const id = Number(/^#comment-(\d+)$/.exec(location.hash)?.[1]);
  if (id) await goTo(box, id);
}

/**
 * Scroll to a comment and mark it; load what is around it if need be.
 *
 * @param {Box} box
 * @param {number} id
 */
export async function goTo(box, id) {
  if (!tree.find(box.state.comments, id)) {
    try {
      const page = await box.api.thread({ sort: sortParameter(box), around: String(id) });
      show(box, page, { partial: true });
    } catch (error) {
      if (box.signal.aborted) return;
      const { moved = null, message = "" } = apiError(error) ?? {};
      box.set(moved ? { moved: { href: moved, message } } : { announcement: missing(box, error) });
      if (moved) box.focus("moved");
      return;
    }
  }
  box.set({ marked: id });
  box.focus(`comment-${id}`);
}

/** @param {Box} box @param {unknown} error */
function missing(box, error) {
  const status = apiError(error)?.status ?? 0;
  const gone = status >= 400 && status < 500;
  return gone ? box.t("gone") : wordsFor(error, box);
}

/** Ask from time to time, while somebody looks, whether there is more. @param {Box} box */
function lookAgain(box) {
  whileSeen(box.signal, LOOK_AGAIN_MS, async () => {
    try {
      const page = await box.api.thread({ sort: sortParameter(box) });
      if (news(box, page) > 0) {
        box.set({ fresh: page });
        box.set({ announcement: box.t("news", { n: news(box, page) }) });
      }
    } catch {
      // Nobody asked for this look; the next one may succeed.
    }
    lookAgain(box);
  });
}

/**
 * How many comments a newer page has beyond those that were counted.
 *
 * @param {Box} box
 * @param {ThreadPage | null} page
 */
export function news({ state }, page) {
  return page && state.thread ? page.thread.count - state.thread.count : 0;
}
