/** Changes of a tree of comments. Nothing is changed in place: a new tree comes back. */
/** @import { Comment, Sort } from "./types.js" */

/** @param {Comment[]} comments @param {number} id @returns {Comment | null} */
export function find(comments, id) {
  for (const comment of comments) {
    const found = comment.id === id ? comment : find(comment.replies.comments, id);
    if (found) return found;
  }
  return null;
}

/** @param {Comment[]} comments @returns {number[]} */
export function ids(comments) {
  return comments.flatMap((comment) => [comment.id, ...ids(comment.replies.comments)]);
}

/**
 * Replace one comment by what `change` makes of it; null takes it away.
 *
 * @param {Comment[]} comments
 * @param {number} id
 * @param {(comment: Comment) => Comment | null} change
 * @returns {Comment[]}
 */
export function replace(comments, id, change) {
  return comments.flatMap((comment) => {
    if (comment.id === id) return change(comment) ?? [];
    const below = comment.replies.comments;
    const changed = replace(below, id, change);
    if (changed.length === below.length && changed.every((one, at) => one === below[at])) {
      return comment;
    }
    const count = comment.replies.count + changed.length - below.length;
    return { ...comment, replies: { ...comment.replies, count, comments: changed } };
  });
}

/**
 * Add a comment of this reader's where it belongs: under its parent, else at the end or, with
 * the newest first, at the beginning.
 *
 * @param {Comment[]} comments @param {Comment} added @param {Sort} sort @returns {Comment[]}
 */
export function add(comments, added, sort) {
  if (find(comments, added.id)) return replace(comments, added.id, (old) => renewed(old, added));
  if (added.parent !== null && find(comments, added.parent)) {
    return replace(comments, added.parent, (parent) => ({
      ...parent,
      replies: {
        ...parent.replies,
        count: parent.replies.count + 1,
        comments: [...parent.replies.comments, added],
      },
    }));
  }
  return sort === "newest" ? [added, ...comments] : [...comments, added];
}

/**
 * Put a newer page over what is loaded: its comments with their loaded replies, in its order,
 * then what was loaded beyond it.
 *
 * @param {Comment[]} loaded @param {Comment[]} fresh @returns {Comment[]}
 */
export function merge(loaded, fresh) {
  const known = new Map(loaded.map((comment) => [comment.id, comment]));
  const newer = new Set(fresh.map((comment) => comment.id));
  const first = fresh.map((comment) => {
    const old = known.get(comment.id);
    if (!old || !old.replies.comments.length) return comment;
    const comments = merge(old.replies.comments, comment.replies.comments);
    const all = comments.length >= comment.replies.count;
    const after = all ? null : (old.replies.after ?? comment.replies.after);
    return { ...comment, replies: { ...comment.replies, comments, after } };
  });
  return [...first, ...loaded.filter((comment) => !newer.has(comment.id))];
}

/**
 * A comment's new text over the replies that are loaded.
 *
 * @param {Comment} old
 * @param {Comment} fresh
 */
export function renewed(old, fresh) {
  return { ...fresh, replies: old.replies };
}

/**
 * What is left of a deleted comment with replies.
 *
 * @param {Comment} comment
 * @returns {Comment | null}
 */
export function tombstone(comment) {
  if (!comment.replies.count) return null;
  return { ...comment, deleted: true, author: null, html: "", edited: null, score: 0 };
}
