/** What keeps a text from being posted, said at its field. */
/** @import { Box, Draft, FieldError } from "./types.js" */
import { apiError } from "./api_error.js";
import { changeDraft } from "./drafts.js";
import { WHO } from "./compact_form.js";
import { answer, drawn } from "./fields.js";
import { wordsFor } from "./words.js";

/** @param {Box} box @param {string} name @param {unknown} error */
export function failed(box, name, error) {
  const words = wordsFor(error, box);
  const said = apiError(error)?.errors ?? [];
  const { at, elsewhere } = sortErrors(box, said);
  refuse(box, name, at, elsewhere || (Object.keys(at).length ? box.t("check") : words));
  const status = apiError(error)?.status ?? null;
  box.emit("error", { message: words, status });
}

/**
 * What belongs to a field that the reader sees, and the words about the rest.
 *
 * @param {Box} box
 * @param {FieldError[]} errors
 */
function sortErrors(box, errors) {
  const fields = (box.state.form?.fields ?? []).filter((field) => drawn(field));
  const seen = new Set([
    "body",
    ...WHO.map((part) => `author.${part}`),
    ...fields.map((f) => f.name),
  ]);
  /** @type {Record<string, string>} */
  const at = {};
  for (const { field, message } of errors) if (seen.has(field)) at[field] ??= message;
  const elsewhere = errors.filter(({ field }) => !seen.has(field)).map(({ message }) => message);
  return { at, elsewhere: elsewhere.join(" ") };
}

/**
 * @param {Box} box
 * @param {string} name
 * @param {Record<string, string>} errors
 * @param {string} message
 */
export function refuse(box, name, errors, message) {
  changeDraft(box, name, { errors, message, preview: null });
  const form = box.state.form?.fields ?? [];
  const order = [
    "body",
    ...WHO.map((part) => `author.${part}`),
    ...form.map((field) => field.name),
  ];
  box.focus(`${name}-${order.find((field) => errors[field]) ?? "body"}`);
}

/** @param {Box} box @param {Draft} draft @returns {Record<string, string>} */
export function missingBody(box, draft) {
  return draft.body.trim() ? {} : { body: box.t("body_missing") };
}

/**
 * What is plainly missing is said without asking the server.
 *
 * @param {Box} box
 * @param {Draft} draft
 */
export function missing(box, draft) {
  const { form, author } = box.state;
  const errors = missingBody(box, draft);
  for (const part of WHO) {
    if (form?.author[part] === "required" && !author[part]?.trim()) {
      errors[`author.${part}`] = box.t("field_missing");
    }
  }
  for (const field of form?.fields ?? []) {
    if (field.required && drawn(field) && !answer(box, field)) {
      errors[field.name] = box.t(field.type === "checkbox" ? "consent_missing" : "field_missing");
    }
  }
  return errors;
}
