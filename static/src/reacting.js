/** Votes, reports, and asking the moderators to look. */
/** @import { Box } from "./types.js" */
import { button } from "./button.js";
import { keep } from "./privacy.js";
import * as tree from "./tree.js";
import { h } from "./view.js";
import { changeOwn } from "./watching.js";
import { wordsFor } from "./words.js";
import { flagComment, reviewComment, voteOn } from "./writing_api.js";

const REASONS = /** @type {const} */ (["spam", "abuse", "illegal", "off_topic", "other"]);

/**
 * Vote at once as the reader sees it; what the server says then counts.
 *
 * @param {Box} box @param {number} id @param {number} value 1, -1, or 0 to take it back
 */
export async function vote(box, id, value) {
  const before = box.state.votes[id] ?? 0;
  const comment = tree.find(box.state.comments, id);
  if (!comment) return;
  count(box, id, value, comment.score - before + value);
  try {
    const { score } = await voteOn(box.api, id, value, anyToken(box, id));
    count(box, id, value, score);
    keep(box);
  } catch (error) {
    if (box.signal.aborted) return;
    count(box, id, before, comment.score);
    box.set({ announcement: wordsFor(error, box) });
  }
}

/** @param {Box} box @param {number} id @param {number} value @param {number} score */
function count(box, id, value, score) {
  box.set({
    votes: { ...box.state.votes, [id]: value },
    comments: tree.replace(box.state.comments, id, (comment) => ({ ...comment, score })),
  });
}

/** A token tells the server which reader this is: best that of the comment itself. @param {Box} box @param {number} id */
function anyToken({ state }, id) {
  return (state.own[id] ?? Object.values(state.own)[0])?.token ?? "";
}

/** Open the report of a comment, or close it again. @param {Box} box @param {number} id */
export function openReport(box, id) {
  box.set({ reporting: box.state.reporting === id ? null : id });
  if (box.state.reporting === id) box.focus(`report-${id}`);
}

/** @param {Box} box @param {import("./types.js").Comment} comment */
export function reportView(box, { id }) {
  const { t } = box;
  return h(
    "form",
    {
      key: "report",
      class: "panel",
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        const reason = String(new FormData(form).get("reason") ?? "");
        box.run(() => report(box, id, reason));
      },
    },
    h("label", { for: `report-${id}` }, t("report_title")),
    h(
      "select",
      { id: `report-${id}`, name: "reason", part: "input" },
      REASONS.map((reason) => h("option", { key: reason, value: reason }, t(reason))),
    ),
    h(
      "div",
      { class: "acts" },
      button("send", t("send_report"), () => {}, {
        class: "plain",
        part: "button",
        type: "submit",
      }),
      button("cancel", t("cancel"), () => {
        box.set({ reporting: null });
        box.focus(`comment-${id}`);
      }),
    ),
  );
}

/** @param {Box} box @param {number} id @param {string} reason */
async function report(box, id, reason) {
  await flagComment(box.api, id, reason, anyToken(box, id));
  const words = box.t("reported");
  box.set({
    reporting: null,
    notes: { ...box.state.notes, [id]: words },
    announcement: words,
  });
  box.focus(`comment-${id}`);
}

/** Ask the moderators to look at one's own held comment. @param {Box} box @param {number} id */
export async function askReview(box, id) {
  const own = box.state.own[id];
  if (!own) return;
  await reviewComment(box.api, id, own.token);
  changeOwn(box, id, { asked: true });
  const words = box.t("review_asked");
  box.set({ notes: { ...box.state.notes, [id]: words }, announcement: words });
  box.focus(`comment-${id}`);
}
