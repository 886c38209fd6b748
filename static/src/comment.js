/** One comment with what is under it. */
/** @import { Box, Comment } from "./types.js" */
/** @import { View } from "./view.js" */
import { avatar } from "./avatar.js";
import { button } from "./button.js";
import { formView } from "./form.js";
import { goTo } from "./reading.js";
import { act } from "./act.js";
import { h } from "./view.js";

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
    reply && formView(box, reply),
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
  const { state, drawn } = box;
  const { id } = comment;
  const of = [
    answered,
    state.own[id],
    state.drafts[`edit-${id}`],
    state.notes[id],
    state.marked === id,
    state.deleting === id,
    state.thread?.state,
    state.form,
  ];
  const known = drawn.get(comment);
  if (known?.of.every((one, at) => one === of[at])) return known.view;
  const view = articleView(box, comment, answered);
  drawn.set(comment, { of, view });
  return view;
}

/** @param {Box} box @param {Comment} comment @param {Comment | null} answered */
function articleView(box, comment, answered) {
  const { state, t } = box;
  const own = state.own[comment.id];
  const held = own?.held ? own.status : "";
  const note = held ? t(held === "pending" ? "pending_help" : "refused_help") : "";
  const marked = state.marked === comment.id ? " marked" : "";
  return h(
    "article",
    {
      id: `comment-${comment.id}`,
      class: `comment${marked}${held && " held"}`,
      part: `comment${marked}`,
      tabindex: -1,
      "aria-label": comment.deleted ? t("deleted") : t("by", { name: nameOf(box, comment) }),
    },
    comment.deleted
      ? h("p", { class: "gone" }, t("deleted"))
      : [
          avatar(comment.author?.avatar ?? "", comment.author?.name ?? null),
          meta(box, comment, answered, held),
          content(box, comment),
          note && h("p", { key: "held", class: "help" }, note),
          state.notes[comment.id] &&
            h("p", { key: "note", class: "help" }, state.notes[comment.id]),
          actions(box, comment, held),
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
 * @param {string} held
 */
function meta(box, comment, answered, held) {
  const { t, times } = box;
  const name = nameOf(box, comment);
  const website = comment.author?.website ?? "";
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
    badge("badge", comment.author?.badge),
    badge("pinned", comment.pinned && t("pinned")),
    badge("featured", comment.featured && t("featured")),
    answered && link(box, "answers", answered.id, t("in_reply", { name: nameOf(box, answered) })),
    held
      ? badge("waiting", t(held === "pending" ? "pending" : "refused"))
      : link(
          box,
          "link",
          comment.id,
          h(
            "time",
            { datetime: comment.created, title: times.exactly(comment.created) },
            times.ago(comment.created, Date.now()),
          ),
        ),
    comment.edited &&
      h(
        "time",
        {
          class: "small",
          key: "edited",
          datetime: comment.edited,
          title: t("edited_at", { time: times.exactly(comment.edited) }),
        },
        t("edited"),
      ),
  );
}

/** @param {string} key @param {string | null | undefined | false} words */
function badge(key, words) {
  return words && h("span", { key, class: `badge ${key}`, part: "badge" }, words);
}

/**
 * @param {Box} box
 * @param {string} key
 * @param {number} id
 * @param {import("./view.js").Child} words
 */
function link(box, key, id, words) {
  const here = location.href.replace(/#.*/, "");
  // The address may name it already, and then its change, which is listened to, doesn't come.
  const onclick = () => box.run(() => goTo(box, id));
  const href = `${here}#comment-${id}`;
  return h("a", { key, class: "small", part: "permalink", href, onclick }, words);
}

/** @param {Box} box @param {Comment} comment */
function content(box, comment) {
  const edit = box.state.drafts[`edit-${comment.id}`];
  if (edit) return formView(box, edit);
  return h("div", { key: "body", class: "body", part: "body", dir: "auto", html: comment.html });
}

/** @param {Box} box @param {Comment} comment @param {string} held */
function actions(box, comment, held) {
  const { state, t } = box;
  if (state.drafts[`edit-${comment.id}`]) return null;
  if (state.deleting === comment.id) return sure(box, comment.id);
  const open = state.thread?.state === "open" && !held;
  const mine = mayEdit(box, comment);
  return h(
    "div",
    { class: "acts", key: "acts" },
    open &&
      button("reply", t("reply"), () => act(box, (actions) => actions.openReply(box, comment)), {
        "aria-label": t("reply_to", { name: nameOf(box, comment) }),
      }),
    mine &&
      held !== "refused" &&
      button("edit", t("edit"), () => act(box, (actions) => actions.openEdit(box, comment))),
    mine && button("delete", t("delete"), () => box.set({ deleting: comment.id })),
  );
}

/** @param {Box} box @param {Comment} comment */
function mayEdit({ state }, comment) {
  const own = state.own[comment.id];
  const window_ms = (state.form?.edit_window_s ?? 0) * 1000;
  return Boolean(own?.token) && Date.now() < Date.parse(comment.created) + window_ms;
}

/** @param {Box} box @param {number} id */
function sure(box, id) {
  const { t } = box;
  return h(
    "div",
    { class: "acts", key: "sure", role: "group", "aria-label": t("sure") },
    h("span", { class: "small" }, t("sure")),
    button("yes", t("yes_delete"), () => act(box, (actions) => actions.remove(box, id))),
    button("keep", t("keep"), () => box.set({ deleting: null })),
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
