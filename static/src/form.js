/** The form: for a new comment, a reply, an edit. */
/** @import { Box, Draft, Field } from "./types.js" */
import { button } from "./button.js";
import { WHO, valueOf } from "./compact_form.js";
import { consentField } from "./consent.js";
import { changeConsent, keep } from "./privacy.js";
import { notifyField } from "./subscribing.js";
import { changeDraft, nameOf } from "./drafts.js";
import { noticesView } from "./notices.js";
import { counter, shortcut, toolsView } from "./editor.js";
import { answer, drawn } from "./fields.js";
import { mentionAttributes, mentionIn, peopleView, pickByKey } from "./mentions.js";
import { h } from "./view.js";
import { closeDraft, submit } from "./writing.js";

const INPUT = { name: "text", email: "email", website: "url" };
const COMPLETE = { name: "name", email: "email", website: "url" };
const LIMIT = { name: 80, email: 254, website: 500 };

/** @param {Box} box @param {Draft} draft */
export function formView(box, draft) {
  const { t } = box;
  const name = nameOf(draft);
  const labels = { new: t("write"), reply: t("reply"), edit: t("edit") };
  return h(
    "form",
    {
      key: `form-${name}`,
      class: `form ${draft.kind}`,
      part: "form",
      novalidate: true,
      hidden: draft.sending,
      onfocusin: null,
      "aria-label": labels[draft.kind],
      "aria-busy": String(draft.sending),
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        box.run(() => submit(box, name));
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        box.run(() => submit(box, name));
      },
    },
    editor(box, draft, name),
    draft.kind !== "edit" && about(box, draft, name),
    buttons(box, draft),
  );
}

/** @param {Box} box @param {Draft} draft @param {string} name */
function editor(box, draft, name) {
  const { t } = box;
  const id = `${name}-body`;
  const words = counter(box, draft);
  return h(
    "div",
    { class: "field", key: "text" },
    h("label", { class: "sr", for: id }, t(draft.kind === "reply" ? "your_reply" : "your_comment")),
    h(
      "div",
      { class: "editor", part: "editor" },
      draft.preview !== null &&
        h("div", { key: "preview", class: "body preview", dir: "auto", html: draft.preview }),
      h("textarea", {
        key: "text",
        id,
        part: "input",
        dir: "auto",
        rows: draft.kind === "new" ? 4 : 3,
        placeholder: draft.kind === "new" ? t("placeholder") : null,
        value: draft.body,
        hidden: draft.preview !== null,
        readonly: draft.sending,
        ...faulty(draft, name, "body", words ? `${id}-left` : ""),
        "aria-required": "true",
        ...mentionAttributes(draft, name),
        oninput: (/** @type {Event} */ event) => {
          const { body: _, ...errors } = draft.errors;
          const field = /** @type {HTMLTextAreaElement} */ (event.target);
          const mention = mentionIn(box, draft, field);
          changeDraft(box, name, { body: field.value, errors, mention });
          keep(box);
        },
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (!pickByKey(box, draft, name, event)) shortcut(event);
        },
        onblur: () => draft.mention && changeDraft(box, name, { mention: null }),
      }),
      peopleView(box, draft, name),
      toolsView(box, draft, name, words && h("span", { id: `${id}-left`, class: "left" }, words)),
    ),
    errorView(draft, name, "body"),
  );
}

/**
 * Who writes, what plugins ask, what readers are told.
 *
 * @param {Box} box
 * @param {Draft} draft
 * @param {string} name
 */
function about(box, draft, name) {
  const form = box.state.form;
  if (!form) return null;
  const parts = WHO.filter((part) => form.author[part] !== "off");
  const consent = consentField(form);
  // Asked once, in the form that is always there, unless no comment goes without it.
  /** @param {Field} field */
  const wanted = (field) =>
    drawn(field) && (draft.kind === "new" || field !== consent || field.required);
  return h(
    "div",
    { class: "about", key: "about" },
    h(
      "div",
      { class: "who" },
      parts.map((part) =>
        textField(box, draft, name, {
          field: `author.${part}`,
          label: box.t(part),
          required: form.author[part] === "required",
          value: box.state.author[part] ?? "",
          attributes: { type: INPUT[part], autocomplete: COMPLETE[part], maxlength: LIMIT[part] },
          change: (value) => box.set({ author: { ...box.state.author, [part]: value } }),
        }),
      ),
    ),
    notifyField(box, name),
    form.fields.filter(wanted).map((field) => pluginField(box, draft, name, field)),
    noticesView(form.notices),
  );
}

/**
 * @param {Box} box @param {Draft} draft @param {string} name
 * @param {{field: string, label: string, required: boolean, value: string, help?: string | null,
 *   attributes?: Record<string, unknown>, change: (value: string) => void}} of
 */
function textField(box, draft, name, of) {
  const id = `${name}-${of.field}`;
  return h(
    "div",
    { class: "field", key: of.field },
    h(
      "label",
      { for: id },
      of.label,
      " ",
      h("span", { class: "hint" }, box.t(of.required ? "required" : "optional")),
    ),
    h("input", {
      id,
      part: "input",
      value: of.value,
      readonly: draft.sending,
      ...of.attributes,
      "aria-required": String(of.required),
      ...faulty(draft, name, of.field, of.help ? `${id}-help` : ""),
      oninput: (/** @type {Event} */ event) => {
        of.change(valueOf(event));
        keep(box);
      },
    }),
    of.help && h("p", { class: "help", id: `${id}-help` }, of.help),
    errorView(draft, name, of.field),
  );
}

/** @param {Box} box @param {Draft} draft @param {string} name @param {Field} field */
function pluginField(box, draft, name, field) {
  /** @param {unknown} value */
  const set = (value) => box.set({ answers: { ...box.state.answers, [field.name]: value } });
  if (field.type === "text") {
    const value = String(answer(box, field));
    const { label, required, help = null } = field;
    return textField(box, draft, name, {
      field: field.name,
      label,
      required,
      value,
      help,
      change: set,
    });
  }
  const id = `${name}-${field.name}`;
  const isConsent = field === consentField(box.state.form);
  return h(
    "div",
    { class: "field", key: field.name },
    h(
      "div",
      { class: "check" },
      h("input", {
        id,
        type: "checkbox",
        checked: Boolean(answer(box, field)),
        "aria-required": String(field.required),
        ...faulty(draft, name, field.name, field.help ? `${id}-help` : ""),
        onchange: (/** @type {Event} */ event) => {
          const on = /** @type {HTMLInputElement} */ (event.target).checked;
          if (isConsent) changeConsent(box, on);
          else set(on);
        },
      }),
      h("label", { for: id }, field.label),
      field.link &&
        h("a", { href: field.link.href, rel: "noopener", target: "_blank" }, field.link.text),
    ),
    field.help && h("p", { class: "help", id: `${id}-help` }, field.help),
    errorView(draft, name, field.name),
  );
}

/** @param {Box} box @param {Draft} draft */
function buttons(box, draft) {
  const { t } = box;
  const words = { new: t("post"), reply: t("post_reply"), edit: t("save") };
  return h(
    "div",
    { class: "actions", key: "actions" },
    h("p", { class: "message", role: "status" }, draft.sending ? t("sending") : draft.message),
    draft.kind !== "new" &&
      button("cancel", t("cancel"), () => closeDraft(box, draft)),
    button("post", words[draft.kind], () => {}, {
      class: "primary",
      part: "button primary",
      type: "submit",
      "aria-disabled": draft.sending ? "true" : null,
    }),
  );
}

/**
 * The attributes that lead from a field to its error and help.
 *
 * @param {Draft} draft
 * @param {string} name
 * @param {string} field
 * @param {string} help
 */
function faulty(draft, name, field, help) {
  const error = draft.errors[field] ? `${name}-${field}-error` : "";
  return {
    "aria-invalid": error ? "true" : null,
    "aria-describedby": [error, help].filter(Boolean).join(" ") || null,
  };
}

/** @param {Draft} draft @param {string} name @param {string} field */
function errorView(draft, name, field) {
  const error = draft.errors[field];
  return error && h("p", { class: "error", key: "error", id: `${name}-${field}-error` }, error);
}
