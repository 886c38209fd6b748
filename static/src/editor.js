/** The tools of the text field: formatting, preview, what is left of the limit. */
/** @import { Box, Draft } from "./types.js" */
/** @import { Child } from "./view.js" */
import { act } from "./act.js";
import { h } from "./view.js";

/** How much of the limit is left when the reader is told. */
const NEAR = 0.1;

/** @type {{name: "bold" | "italic" | "quote" | "code" | "link", sign: string, before: string, after: string}[]} */
const MARKS = [
  { name: "bold", sign: "B", before: "**", after: "**" },
  { name: "italic", sign: "I", before: "_", after: "_" },
  { name: "quote", sign: "”", before: "> ", after: "" },
  { name: "code", sign: "‹›", before: "`", after: "`" },
  { name: "link", sign: "↗", before: "[", after: "](https://)" },
];

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
          act(box, ({ walk }) => walk(/** @type {Element} */ (target), key)),
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
            tabindex: at ? -1 : 0,
            "aria-disabled": off ? "true" : null,
            onclick: (/** @type {Event} */ { target }) =>
              off || act(box, ({ format }) => format(/** @type {Element} */ (target), mark)),
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
        onclick: () => act(box, ({ togglePreview }) => togglePreview(box, name)),
      },
      t("preview"),
    ),
  );
}
