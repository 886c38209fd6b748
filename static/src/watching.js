/** The reader's own comments that wait for a moderator: watched until they are decided. */
/** @import { Box, Comment, Edited, Own } from "./types.js" */
import { apiError } from "./api_error.js";
import { keep } from "./privacy.js";
import { whileSeen } from "./timers.js";
import * as tree from "./tree.js";
import { readComment } from "./writing_api.js";

const FIRST_LOOK_MS = 5_000;
const LAST_LOOK_MS = 60_000;
const SLOWER = 1.5;

/** @param {Box} box @param {number} id @param {Partial<Own>} changes */
export function changeOwn(box, id, changes) {
  const own = box.state.own[id];
  if (own) box.set({ own: { ...box.state.own, [id]: { ...own, ...changes } } });
  keep(box);
}

/** Show the held comments of this thread among the others, and look after them. @param {Box} box */
export function watchHeld(box) {
  for (const [id, own] of Object.entries(box.state.own)) {
    if (own.status === "pending") watch(box, Number(id), own.held ? FIRST_LOOK_MS : 0);
  }
}

/**
 * Ask about one held comment, ever less often, until it is decided.
 *
 * @param {Box} box @param {number} id @param {number} delay_ms
 */
export function watch(box, id, delay_ms = FIRST_LOOK_MS) {
  whileSeen(box.signal, delay_ms, async () => {
    const own = box.state.own[id];
    if (own?.status !== "pending") return;
    try {
      const found = await readComment(box.api, id, own.token);
      const { status, comment } = found;
      if (status !== "pending") return decided(box, id, found);
      if (!own.held) changeOwn(box, id, { held: comment });
    } catch (error) {
      if (box.signal.aborted) return;
      if ([403, 404, 410].includes(apiError(error)?.status ?? 0)) {
        return decided(box, id, { status: "refused", comment: null, message: null });
      }
    }
    watch(box, id, Math.min(Math.max(delay_ms, FIRST_LOOK_MS) * SLOWER, LAST_LOOK_MS));
  });
}

/** @param {Box} box @param {number} id @param {Pick<Edited, "status" | "comment" | "message">} found */
function decided(box, id, { status, comment, message }) {
  changeOwn(box, id, { status, message });
  if (status === "published" && comment) {
    publish(box, comment);
    box.set({ announcement: box.t("now_published") });
    box.emit("published", { id });
  } else {
    box.set({ announcement: message ?? box.t("refused_help") });
  }
}

/** Put a comment among the public ones. @param {Box} box @param {Comment} comment */
export function publish(box, comment) {
  const { state } = box;
  const known = tree.find(state.comments, comment.id);
  const thread = state.thread && {
    ...state.thread,
    id: state.thread.id,
    count: state.thread.count + (known ? 0 : 1),
  };
  const own = state.own[comment.id];
  box.set({
    thread,
    comments: tree.add(state.comments, comment, state.sort),
    own: own
      ? { ...state.own, [comment.id]: { ...own, status: "published", held: null } }
      : state.own,
  });
  keep(box);
}
