/** The way from what the box shows to what a reader does with it. */
/** @import { Box } from "./types.js" */
import { ApiError } from "./api_error.js";
import { redraw } from "./redraw.js";
import { importVerified } from "./verified.js";

/** @typedef {typeof import("./actions.js")} Actions */

/**
 * Load the actions, once, and let the box have them.
 * Rejects with an ApiError of status 0 where they can't be reached.
 *
 * @param {Box} box
 * @returns {Promise<Actions>}
 */
export async function actions(box) {
  if (!box.actions) {
    let all;
    try {
      const address = `${box.settings.server}/static/actions.js?v=${ACTIONS_VERSION}`;
      all = /** @type {Actions} */ (
        await importVerified(address, ACTIONS_INTEGRITY, box.script)
      );
    } catch {
      throw new ApiError(0, "", [], null);
    }
    if (!box.actions) {
      box.actions = all;
      box.learn(all.enActions);
      box.wear(all.sheet);
      redraw(box);
    }
  }
  return box.actions;
}

/**
 * Take an action; a failure becomes words.
 *
 * @param {Box} box
 * @param {(all: Actions) => unknown} take
 */
export function act(box, take) {
  box.run(async () => take(await actions(box)));
}
