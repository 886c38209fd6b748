/** The form before somebody writes: its plain fields. The rest comes when one of them is entered. */
/** @import { Box, Draft } from "./types.js" */
import { act } from "./act.js";
import { button } from "./button.js";
import { changeDraft } from "./drafts.js";
import { h } from "./view.js";

/** The parts of the author that a form may ask for. */
export const WHO = /** @type {const} */ (["name", "email", "website"]);

/**
 * Each field has the place and key that it has in the whole form, so that it stays the same node,
 * with its focus and what was typed meanwhile.
 *
 * @param {Box} box
 * @param {Draft} draft
 */
export function compactForm(box, draft) {
  const { t, state } = box;
  const asked = WHO.filter((part) => state.form?.author[part] !== "off");
  return h(
    "form",
    {
      key: "form-new",
      class: "form new",
      part: "form",
      novalidate: true,
      "aria-label": t("write"),
      onfocusin: (/** @type {FocusEvent} */ { target }) => {
        // A button that moved away between press and release would not be clicked.
        if (target instanceof HTMLButtonElement) return;
        act(box, ({ takeChallenges }) => {
          box.set({ writing: true });
          // Ready by the time that the text is; what fails now is asked for again then.
          takeChallenges(box).catch(() => {});
        });
      },
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        act(box, (actions) => {
          box.set({ writing: true });
          return actions.submit(box, "new");
        });
      },
    },
    h(
      "div",
      { class: "field", key: "text" },
      h("label", { class: "sr", for: "new-body" }, t("your_comment")),
      h(
        "div",
        { class: "editor", part: "editor" },
        h("textarea", {
          key: "text",
          id: "new-body",
          part: "input",
          dir: "auto",
          rows: 3,
          placeholder: t("placeholder"),
          value: draft.body,
          "aria-required": "true",
          oninput: (/** @type {Event} */ event) =>
            changeDraft(box, "new", { body: valueOf(event) }),
        }),
      ),
    ),
    h(
      "div",
      { class: "about", key: "about" },
      h(
        "div",
        { class: "who" },
        asked.map((part) =>
          h(
            "div",
            { class: "field", key: `author.${part}` },
            h("label", { for: `new-author.${part}` }, t(part)),
            h("input", {
              id: `new-author.${part}`,
              part: "input",
              value: state.author[part] ?? "",
              oninput: (/** @type {Event} */ event) =>
                box.set({ author: { ...box.state.author, [part]: valueOf(event) } }),
            }),
          ),
        ),
      ),
    ),
    h(
      "div",
      { class: "actions", key: "actions" },
      button("post", t("post"), () => {}, {
        class: "primary",
        part: "button primary",
        type: "submit",
      }),
    ),
  );
}

/** @param {Event} event */
export function valueOf(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}
