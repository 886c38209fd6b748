/** The tools of the text field: formatting, preview, what is left of the limit. */
/** @import { Box, Draft } from "./types.js" */
/** @import { Child } from "./view.js" */
import { format, walk } from "./formatting.js";
import { h } from "./view.js";
import { togglePreview } from "./writing.js";

/** How much of the limit is left when the reader is told. */
const NEAR = 0.1;

/** @type {{name: "bold" | "italic" | "quote" | "code" | "link", sign: string, key: string, before: string, after: string}[]} */
const MARKS = [
  { name: "bold", sign: "B", key: "b", before: "**", after: "**" },
  { name: "italic", sign: "I", key: "i", before: "_", after: "_" },
  { name: "quote", sign: "”", key: "", before: "> ", after: "" },
  { name: "code", sign: "‹›", key: "e", before: "`", after: "`" },
  { name: "link", sign: "↗", key: "k", before: "[", after: "](https://)" },
];

/** Ctrl or Cmd with B, I, E or K, as in other editors. @param {KeyboardEvent} event */
export function shortcut(event) {
  const mark = MARKS.find(({ key }) => key && key === event.key.toLowerCase());
  if (!mark || event.shiftKey || event.altKey || event.ctrlKey === event.metaKey) return;
  event.preventDefault();
  format(/** @type {Element} */ (event.target), mark);
}

/** "120 characters left", once that matters. @param {Box} box @param {Draft} draft */
export function counter({ state, t }, draft) {
  const limit = state.form?.max_length ?? Infinity;
  if (draft.body.length < limit * (1 - NEAR)) return "";
  // The server counts characters, not UTF-16 units.
  const left = limit - [...draft.body].length;
  if (left > limit * NEAR) return "";
  return left < 0 ? t("over", { n: -left }) : t("left", { n: left });
}

/** @param {Box} box @param {Draft} draft @param {string} name @param {Child} left */
export function toolsView(box, draft, name, left) {
  const { t } = box;
  const off = draft.preview !== null;
  return h(
    "div",
    { class: "tools" },
    h(
      "div",
      {
        role: "toolbar",
        "aria-label": t("formatting"),
        "aria-controls": `${name}-body`,
        onkeydown: (/** @type {KeyboardEvent} */ { target, key }) =>
          walk(/** @type {Element} */ (target), key),
      },
      MARKS.map((mark, at) =>
        h(
          "button",
          {
            key: mark.name,
            class: `tool ${mark.name}`,
            type: "button",
            title: t(mark.name),
            "aria-label": t(mark.name),
            "aria-keyshortcuts": mark.key ? `Control+${mark.key.toUpperCase()}` : null,
            tabindex: at ? -1 : 0,
            "aria-disabled": off ? "true" : null,
            onclick: (/** @type {Event} */ { target }) =>
              off || format(/** @type {Element} */ (target), mark),
          },
          mark.sign,
        ),
      ),
    ),
    left,
    h(
      "button",
      {
        key: "look",
        class: "tool look",
        type: "button",
        "aria-pressed": String(off),
        onclick: () => box.run(() => togglePreview(box, name)),
      },
      t("preview"),
    ),
  );
}
