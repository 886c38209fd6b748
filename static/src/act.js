/** The way from what the box shows to what a reader does with it. */
/** @import { Box } from "./types.js" */
import { ApiError } from "./api_error.js";
import { redraw } from "./redraw.js";

/**
 * Load the actions, once, and teach the box their words.
 * Rejects with an ApiError of status 0 where they can't be reached.
 *
 * @param {Box} box
 */
export async function actions(box) {
  let all;
  try {
    all = await import("./actions.js");
  } catch {
    throw new ApiError(0, "", [], null);
  }
  if (box.learn(all.enActions)) redraw(box);
  return all;
}

/**
 * Take an action; a failure becomes words.
 *
 * @param {Box} box
 * @param {(all: Awaited<ReturnType<typeof actions>>) => unknown} take
 */
export function act(box, take) {
  box.run(async () => take(await actions(box)));
}
