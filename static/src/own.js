/** A reader's own comments: where they stand, and what may still be done with them. */
/** @import { Box, Comment, Own } from "./types.js" */
/** @import { Translate } from "./i18n.js" */
import { button } from "./button.js";
import { formView } from "./form.js";
import { h } from "./view.js";
import { openEdit, remove } from "./writing.js";
import { askReview } from "./reacting.js";

/** @type {Record<string, "sending" | "pending">} */
const STANDING = { sending: "sending", pending: "pending" };

/** The badge of a comment that others don't see. @param {Box} box @param {string} status */
export function standing({ t }, status) {
  const words = t(STANDING[status] ?? "refused");
  return h("span", { key: "waiting", class: "badge waiting", part: "badge waiting" }, words);
}

/** The form in place of a comment that is being edited. @param {Box} box @param {Comment} comment */
export function editView(box, comment) {
  const draft = box.state.drafts[`edit-${comment.id}`];
  return draft ? formView(box, draft) : undefined;
}

/** What its author is told of a comment. @param {Box} box @param {Comment} comment */
export function notesView({ state, t }, { id }) {
  const own = state.own[id];
  const note = own?.held ? standingNote(own, t) : "";
  return [
    note && h("p", { key: "held", class: "help" }, note),
    state.notes[id] && h("p", { key: "note", class: "help" }, state.notes[id]),
  ];
}

/** @param {Own} own @param {Translate} t */
function standingNote({ status, message }, t) {
  if (status === "sending") return "";
  return status === "pending" ? t("pending_help") : (message ?? t("refused_help"));
}

/** @param {Box} box @param {Comment} comment @param {string} status */
export function ownActs(box, comment, status) {
  const { state, t } = box;
  const own = state.own[comment.id];
  if (!own || status === "sending") return [];
  const mine = mayEdit(box, comment);
  return [
    status === "pending" &&
      !own.asked &&
      button("review", t("review"), () => box.run(() => askReview(box, comment.id))),
    mine && (!status || status === "pending") && button("edit", t("edit"), () => openEdit(box, comment)),
    mine && button("delete", t("delete"), () => box.set({ deleting: comment.id })),
  ];
}

/** @param {Box} box @param {Comment} comment */
function mayEdit({ state }, comment) {
  const own = state.own[comment.id];
  const window_ms = (state.form?.edit_window_s ?? 0) * 1000;
  return Boolean(own?.token) && Date.now() < Date.parse(comment.created) + window_ms;
}

/** @param {Box} box @param {number} id */
export function sureView(box, id) {
  const { t } = box;
  return h(
    "div",
    { class: "acts", key: "sure", role: "group", "aria-label": t("sure") },
    h("span", { class: "small" }, t("sure")),
    button("yes", t("yes_delete"), () => box.run(() => remove(box, id))),
    button("keep", t("keep"), () => box.set({ deleting: null })),
  );
}
