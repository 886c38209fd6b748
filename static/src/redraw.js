/** @import { Box } from "./types.js" */

/**
 * Draw everything anew, because words or times changed, of which comments' views don't know.
 *
 * @param {Box} box
 */
export function redraw(box) {
  box.drawn = new WeakMap();
  box.set({});
}
