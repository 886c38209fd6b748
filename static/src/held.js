/** The reader's own comments that wait for a moderator, shown to them alone among the others. */
/** @import { Box, Comment } from "./types.js" */
import * as tree from "./tree.js";

/**
 * The public comments with the reader's held ones at their places.
 *
 * @param {Box} box
 * @returns {Comment[]}
 */
export function withHeld({ state }) {
  return Object.values(state.own).reduce(
    (comments, { held }) =>
      held && belongs(held, comments) ? tree.add(comments, held, state.sort) : comments,
    state.comments,
  );
}

/** A reply is shown where its parent is. @param {Comment} held @param {Comment[]} comments */
function belongs(held, comments) {
  return held.parent === null || tree.find(comments, held.parent) !== null;
}
