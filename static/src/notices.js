/** What plugins tell readers under the form, as sanitised HTML. */
/** @import { Notice } from "./types.js" */
import { h } from "./view.js";

/** @param {Notice[]} notices */
export function noticesView(notices) {
  if (!notices.length) return null;
  return h(
    "div",
    { class: "notices", part: "notices" },
    notices.map(({ plugin, html }) => h("div", { key: plugin, html })),
  );
}
