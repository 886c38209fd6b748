/** The fields of the form and what stands in them. */
/** @import { Box, Field } from "./types.js" */
import { consentField } from "./consent.js";

/** Whether readers see a plugin's field. @param {Field} field */
export function drawn(field) {
  return field.type === "checkbox" || field.type === "text";
}

/** What the reader answered to a plugin's field. @param {Box} box @param {Field} field */
export function answer({ state }, field) {
  if (field === consentField(state.form)) return state.consent;
  return state.answers[field.name] ?? (field.type === "checkbox" ? false : (field.value ?? ""));
}
