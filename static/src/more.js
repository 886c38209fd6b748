/** More of the thread: its order, its next comments, replies, what is new. */
/** @import { Box, Sort } from "./types.js" */
import { keepSort } from "./privacy.js";
import { reload, show, sortParameter } from "./reading.js";
import * as tree from "./tree.js";
import { wordsFor } from "./words.js";

/** @param {Box} box @param {Sort} sort */
export async function sortBy(box, sort) {
  box.set({ sort });
  keepSort(box);
  await reload(box);
}

/** @param {Box} box */
export async function loadMore(box) {
  const { state } = box;
  await busy(box, "more", async () => {
    const page = await box.api.thread({ sort: sortParameter(box), after: state.after });
    const known = new Set(box.state.comments.map((comment) => comment.id));
    const added = page.comments.filter((comment) => !known.has(comment.id));
    box.set({ comments: [...box.state.comments, ...added], after: page.after });
    if (added[0]) box.focus(`comment-${added[0].id}`);
  });
}

/** @param {Box} box @param {number} id */
export async function loadReplies(box, id) {
  const after = tree.find(box.state.comments, id)?.replies.after ?? null;
  await busy(box, `replies-${id}`, async () => {
    const page = await box.api.replies(id, after);
    /** @type {number | undefined} */
    let first;
    const comments = tree.replace(box.state.comments, id, (comment) => {
      const { replies } = comment;
      const known = new Set(replies.comments.map((reply) => reply.id));
      const added = page.comments.filter((reply) => !known.has(reply.id));
      first = added[0]?.id;
      return {
        ...comment,
        replies: { ...replies, comments: [...replies.comments, ...added], after: page.after },
      };
    });
    box.set({ comments });
    if (first) box.focus(`comment-${first}`);
  });
}

/**
 * One button at a time; its failure is said.
 *
 * @param {Box} box
 * @param {string} name
 * @param {() => Promise<void>} act
 */
async function busy(box, name, act) {
  if (box.state.busy) return;
  box.set({ busy: name, announcement: "" });
  try {
    await act();
  } catch (error) {
    if (!box.signal.aborted) box.set({ announcement: wordsFor(error, box) });
  } finally {
    box.set({ busy: "" });
  }
}

/** Show the new comments, because the reader asked. @param {Box} box */
export function showNews(box) {
  const { fresh, comments, partial, after } = box.state;
  if (!fresh) return;
  const known = new Set(tree.ids(comments));
  const merged = partial ? fresh.comments : tree.merge(comments, fresh.comments);
  const added = tree.ids(merged).find((id) => !known.has(id)) ?? null;
  const complete = partial || merged.length === fresh.comments.length;
  show(box, { ...fresh, comments: merged, after: complete ? fresh.after : after });
  box.set({ marked: added, announcement: "" });
  if (added) box.focus(`comment-${added}`);
}
