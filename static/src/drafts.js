/** Texts that are being written. */
/** @import { Box, Draft } from "./types.js" */

/** @param {Draft["kind"]} kind @param {number | null} target @returns {Draft} */
export function newDraft(kind, target) {
  return {
    kind,
    target,
    body: "",
    sending: false,
    errors: {},
    message: "",
    preview: null,
    attempt: null,
    mention: null,
  };
}

/** @param {Draft} draft */
export function nameOf(draft) {
  return draft.target === null ? draft.kind : `${draft.kind}-${draft.target}`;
}

/**
 * Change a draft as it is now: an answer may come after more was typed.
 *
 * @param {Box} box @param {string} name @param {Partial<Draft>} changes
 */
export function changeDraft(box, name, changes) {
  const draft = box.state.drafts[name];
  if (draft) box.set({ drafts: { ...box.state.drafts, [name]: { ...draft, ...changes } } });
}

/** @param {Box} box @param {string} name */
export function dropDraft(box, name) {
  const { [name]: _, ...drafts } = box.state.drafts;
  box.set({ drafts });
}
