import { h } from "./view.js";

/**
 * A button without a frame, or with one (`plain`).
 *
 * @param {string} key
 * @param {import("./view.js").Child} words
 * @param {() => unknown} onclick
 * @param {Record<string, unknown>} [more] attributes
 */
export function button(key, words, onclick, more) {
  return h(
    "button",
    { key, class: "quiet", part: "button", type: "button", onclick, ...more },
    words,
  );
}
