/** One comment with what is under it. */
/** @import { Box, Comment } from "./types.js" */
/** @import { View } from "./view.js" */
import { avatar } from "./avatar.js";
import { button } from "./button.js";
import { goTo } from "./reading.js";
import { act } from "./act.js";
import { h } from "./view.js";
import { votesView } from "./votes.js";

/**
 * @param {Box} box
 * @param {Comment[]} comments
 * @param {number} depth of these comments; those at the top have 0
 * @param {Comment | null} parent
 * @returns {View[]}
 */
export function commentViews(box, comments, depth = 0, parent = null) {
  const deepest = depth >= (box.state.form?.max_depth ?? 6);
  return comments.flatMap((comment) => {
    const below = commentViews(box, comment.replies.comments, deepest ? depth : depth + 1, comment);
    const more = moreReplies(box, comment);
    // Beyond the depth that the site draws, replies stand under what they answer and say so.
    if (deepest) return [commentView(box, comment, parent, []), ...below, ...(more ? [more] : [])];
    return [commentView(box, comment, depth ? null : parent, [...below, ...(more ? [more] : [])])];
  });
}

/**
 * @param {Box} box
 * @param {Comment} comment
 * @param {Comment | null} answered
 * @param {View[]} below
 */
function commentView(box, comment, answered, below) {
  const reply = box.state.drafts[`reply-${comment.id}`];
  return h(
    "li",
    { key: String(comment.id), part: "item" },
    remembered(box, comment, answered),
    reply && box.actions?.formView(box, reply),
    below.length > 0 && h("ol", { key: "replies", class: "replies", part: "replies" }, below),
  );
}

/**
 * The view of before where nothing changed that it shows: a keystroke in a long thread must not
 * make a thousand comments again.
 *
 * @param {Box} box @param {Comment} comment @param {Comment | null} answered
 */
function remembered(box, comment, answered) {
  const { state } = box;
  const { id } = comment;
  const of = [
    answered,
    state.own[id],
    state.drafts[`edit-${id}`],
    state.notes[id],
    state.votes[id],
    state.marked === id,
    state.deleting === id,
    state.reporting === id,
    state.thread?.state,
    state.form,
  ];
  return remember(box, comment, of, () => articleView(box, comment, answered));
}

/**
 * The view of something that was made before from the same, else a new one.
 *
 * @param {Box} box @param {object} what @param {unknown[]} of @param {() => View} make
 */
export function remember({ drawn }, what, of, make) {
  const known = drawn.get(what);
  if (known?.of.every((one, at) => one === of[at])) return known.view;
  const view = make();
  drawn.set(what, { of, view });
  return view;
}

/** @param {Box} box @param {Comment} comment @param {Comment | null} answered */
function articleView(box, comment, answered) {
  const { state, t } = box;
  const status = state.own[comment.id]?.held ? (state.own[comment.id]?.status ?? "") : "";
  const marked = state.marked === comment.id ? " marked" : "";
  return h(
    "article",
    {
      id: `comment-${comment.id}`,
      class: `comment${marked}${status && " held"}`,
      part: `comment${marked}`,
      tabindex: -1,
      "aria-label": comment.deleted ? t("deleted") : t("by", { name: nameOf(box, comment) }),
    },
    comment.deleted
      ? h("p", { class: "gone" }, t("deleted"))
      : [
          avatar(comment.author?.avatar ?? "", comment.author?.name ?? null),
          meta(box, comment, answered, status),
          box.actions?.editView(box, comment) ?? bodyView(comment),
          ...(box.actions?.notesView(box, comment) ?? []),
          acts(box, comment, status),
          state.reporting === comment.id && box.actions?.reportView(box, comment),
        ],
  );
}

/** @param {Box} box @param {Comment} comment */
function nameOf({ t }, comment) {
  return comment.author?.name || t("anonymous");
}

/**
 * @param {Box} box
 * @param {Comment} comment
 * @param {Comment | null} answered
 * @param {string} status of an own comment that others don't see
 */
function meta(box, comment, answered, status) {
  const { t, state } = box;
  const name = nameOf(box, comment);
  const website = comment.author?.website ?? "";
  const said = comment.author?.badge;
  const number = state.form?.numbers && comment.number ? `#${comment.number} ` : "";
  return h(
    "header",
    { class: "meta", key: "meta" },
    h(
      "span",
      { class: "author", part: "author", dir: "auto" },
      /^https?:\/\//i.test(website)
        ? h("a", { href: website, rel: "nofollow ugc noopener noreferrer" }, name)
        : name,
    ),
    badge(`role ${said}`, said && (isRole(said) ? t(said) : said)),
    badge("pinned", comment.pinned && t("pinned")),
    badge("featured", comment.featured && t("featured")),
    answered && link(box, "answers", answered.id, t("in_reply", { name: nameOf(box, answered) })),
    status
      ? box.actions?.standing(box, status)
      : link(box, "link", comment.id, number, timeView(box, comment.created, "time")),
    comment.edited &&
      timeView(box, comment.edited, comment.edited_by === "moderator" ? "edited_by_moderator" : "edited"),
  );
}

/** @param {string} badge @returns {badge is "author" | "moderator" | "expert"} */
function isRole(badge) {
  return badge === "author" || badge === "moderator" || badge === "expert";
}

/** When it was written, or that it was edited. @param {Box} box @param {string} at @param {"time" | "edited" | "edited_by_moderator"} kind */
function timeView({ t, times }, at, kind) {
  const edited = kind !== "time";
  const exactly = times.exactly(at);
  return h(
    "time",
    {
      class: edited ? "small" : null,
      key: kind,
      datetime: at,
      title: edited ? t("edited_at", { time: exactly }) : exactly,
    },
    edited ? t(kind) : times.ago(at, Date.now()),
  );
}

/** @param {string} key @param {string | null | undefined | false} words */
function badge(key, words) {
  return words && h("span", { key, class: `badge ${key}`, part: `badge ${key}` }, words);
}

/**
 * @param {Box} box
 * @param {string} key
 * @param {number} id
 * @param {import("./view.js").Child[]} words
 */
function link(box, key, id, ...words) {
  const here = location.href.replace(/#.*/, "");
  // The address may name it already, and then its change, which is listened to, doesn't come.
  const onclick = () => box.run(() => goTo(box, id));
  const href = `${here}#comment-${id}`;
  return h("a", { key, class: "small", part: "permalink", href, onclick }, ...words);
}

/** @param {Comment} comment */
function bodyView({ html }) {
  return h("div", { key: "body", class: "body", part: "body", dir: "auto", html });
}

/** What can be done with a comment. @param {Box} box @param {Comment} comment @param {string} status */
function acts(box, comment, status) {
  const { state, t } = box;
  if (state.drafts[`edit-${comment.id}`]) return null;
  if (state.deleting === comment.id) return box.actions?.sureView(box, comment.id);
  const name = nameOf(box, comment);
  const answerable = state.thread?.state === "open" && !status;
  return h(
    "div",
    { class: "acts", key: "acts" },
    !status && votesView(box, comment),
    answerable &&
      button("reply", t("reply"), () => act(box, (actions) => actions.openReply(box, comment)), {
        "aria-label": t("reply_to", { name }),
      }),
    box.actions?.ownActs(box, comment, status),
    state.form?.flags &&
      !status &&
      !state.own[comment.id] &&
      button("report", t("report"), () => act(box, (actions) => actions.openReport(box, comment.id)), {
        class: "quiet report",
        "aria-expanded": String(state.reporting === comment.id),
      }),
  );
}

/** @param {Box} box @param {Comment} comment */
function moreReplies(box, comment) {
  const { replies } = comment;
  if (!replies.after) return null;
  const n = replies.count - replies.comments.length;
  const words = n > 0 ? box.t("replies", { n }) : box.t("more_replies");
  return h(
    "li",
    { key: `more-${comment.id}` },
    button("more", words, () => act(box, (actions) => actions.loadReplies(box, comment.id))),
  );
}
