/** How readers liked a comment, and the buttons to say so. */
/** @import { Box, Comment } from "./types.js" */
import { act } from "./act.js";
import { button } from "./button.js";
import { h } from "./view.js";

/** @param {Box} box @param {Comment} comment */
export function votesView(box, comment) {
  const { state, t } = box;
  const votes = state.form?.votes;
  if (!votes || votes === "off") return null;
  return h(
    "span",
    { class: "votes", key: "votes", part: "votes" },
    voteButton(box, comment, 1),
    h(
      "span",
      { class: "score", key: "score", title: t("points", { n: comment.score }) },
      comment.score || " ",
    ),
    votes === "both" && voteButton(box, comment, -1),
  );
}

/** @param {Box} box @param {Comment} comment @param {1 | -1} value */
function voteButton(box, { id }, value) {
  const { state, t } = box;
  const up = value > 0;
  const chosen = state.votes[id] === value;
  const arrow = h(
    "svg:svg",
    { viewBox: "0 0 20 20", "aria-hidden": "true" },
    h("svg:path", { d: up ? "M10 5 17 14H3Z" : "M10 15 17 6H3Z" }),
  );
  return button(
    up ? "up" : "down",
    arrow,
    () => act(box, (actions) => actions.vote(box, id, chosen ? 0 : value)),
    {
      class: "quiet vote",
      title: t(up ? "vote_up" : "vote_down"),
      "aria-label": t(up ? "vote_up" : "vote_down"),
      "aria-pressed": String(chosen),
    },
  );
}
