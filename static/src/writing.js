/** Posting, editing and deleting. What was typed stays until the server has it. */
/** @import { Box, Comment, Draft, Posted, Submission } from "./types.js" */
import { apiError } from "./api_error.js";
import { dropChallenges, takeChallenges } from "./challenges.js";
import { keep } from "./privacy.js";
import { changeDraft, dropDraft, nameOf, newDraft } from "./drafts.js";
import { failed, missing, missingBody, refuse } from "./faults.js";
import { WHO } from "./compact_form.js";
import { answer } from "./fields.js";
import { publish, watch } from "./watching.js";
import * as tree from "./tree.js";
import { wordsFor } from "./words.js";
import { deleteComment, editComment, postComment, previewText } from "./writing_api.js";

/** @param {Box} box @param {Comment} comment */
export function openReply(box, comment) {
  open(box, newDraft("reply", comment.id));
}

/** @param {Box} box @param {Comment} comment */
export function openEdit(box, comment) {
  open(box, { ...newDraft("edit", comment.id), body: box.state.own[comment.id]?.body ?? "" });
}

/** @param {Box} box @param {Draft} draft */
function open(box, draft) {
  const name = nameOf(draft);
  box.set({ drafts: { [name]: draft, ...box.state.drafts } });
  box.focus(`${name}-body`);
}

/** @param {Box} box @param {Draft} draft */
export function closeDraft(box, draft) {
  dropDraft(box, nameOf(draft));
  keep(box);
  box.focus(`comment-${draft.target}`);
}

/** @param {Box} box @param {string} name */
export async function submit(box, name) {
  const draft = box.state.drafts[name];
  if (!draft || draft.sending) return;
  const errors = draft.kind === "edit" ? missingBody(box, draft) : missing(box, draft);
  if (Object.keys(errors).length) return refuse(box, name, errors, box.t("check"));
  changeDraft(box, name, { sending: true, errors: {}, message: "" });
  const shown = draft.kind === "edit" ? null : showSending(box, draft);
  try {
    if (draft.kind === "edit") await saveEdit(box, draft);
    else await postFresh(box, name, draft);
  } catch (error) {
    if (box.signal.aborted) return;
    changeDraft(box, name, { sending: false });
    box.set({ announcement: "" });
    failed(box, name, error);
  } finally {
    if (shown !== null) forgetOwn(box, shown);
  }
}

/**
 * Show a comment among the others before the server has it; return the number it has until then.
 *
 * @param {Box} box @param {Draft} draft
 */
function showSending(box, draft) {
  const id = -(draft.target ?? 0) - 1;
  const created = new Date().toISOString();
  const { name = null } = box.state.author;
  /** @type {Comment} */
  const held = {
    id,
    parent: draft.target,
    author: { name, website: null, avatar: "", badge: null },
    html: asHtml(draft.body),
    created,
    edited: null,
    number: null,
    score: 0,
    pinned: false,
    featured: false,
    deleted: false,
    replies: { count: 0, comments: [], after: null },
  };
  const own = { token: "", body: draft.body, status: "sending", created, held };
  box.set({ own: { ...box.state.own, [id]: own }, announcement: box.t("sending") });
  box.focus(`comment-${id}`);
  return id;
}

/** A text as it was typed. @param {string} text */
function asHtml(text) {
  const escaped = text.trim().replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<p>${escaped.replaceAll("\n", "<br>")}</p>`;
}

/** @param {Box} box @param {number} id */
function forgetOwn(box, id) {
  const { [id]: _, ...own } = box.state.own;
  box.set({ own });
}

/**
 * Post, and once more with new challenges where those there were have run out.
 *
 * @param {Box} box @param {string} name @param {Draft} draft
 */
async function postFresh(box, name, draft) {
  try {
    await post(box, name, draft);
  } catch (error) {
    const fields = box.state.form?.fields ?? [];
    const stale = apiError(error)?.errors.some(({ field }) =>
      fields.some(({ type, name }) => type === "challenge" && name === field),
    );
    if (!stale) throw error;
    dropChallenges(box);
    await post(box, name, draft);
  }
}

/** @param {Box} box @param {string} name @param {Draft} draft */
async function post(box, name, draft) {
  await takeChallenges(box);
  const submission = submissionOf(box, draft);
  const text = JSON.stringify(submission);
  // The same text again, because the answer to it was lost, is the same comment.
  const attempt = draft.attempt?.text === text ? draft.attempt : { text, key: newKey() };
  changeDraft(box, name, { attempt });
  keep(box); // A page that is left meanwhile sends it again under the same key.
  const posted = await postComment(box.api, submission, attempt.key);
  dropDraft(box, name);
  if (draft.kind === "new") {
    box.set({ drafts: { new: newDraft("new", null), ...box.state.drafts } });
  }
  accepted(box, draft, posted);
}

/** @param {Box} box @param {Draft} draft @param {Posted} posted */
function accepted(box, draft, { status, comment, token, message }) {
  const held = status === "published" ? null : comment;
  const { created, id } = comment;
  const own = { token, body: draft.body, status: held ? "pending" : status, created, held };
  box.set({ own: { ...box.state.own, [id]: own } });
  if (held) {
    keep(box);
    if (token) watch(box, id);
  } else {
    publish(box, comment);
  }
  const words = message || box.t(held ? "is_held" : "is_published");
  box.set({ marked: id, announcement: words });
  box.focus(`comment-${id}`);
  box.emit("submitted", { id, status });
  if (!held) box.emit("published", { id });
}

/** @param {Box} box @param {Draft} draft */
async function saveEdit(box, draft) {
  const id = Number(draft.target);
  const own = box.state.own[id];
  if (!own) return;
  const { status, comment, message } = await editComment(box.api, id, own.token, draft.body);
  const changes = { ...own, body: draft.body };
  const held = comment && own.held ? { ...own, ...changes, held: comment } : changes;
  box.set({ own: { ...box.state.own, [id]: held } });
  if (comment && status === "published") publish(box, comment);
  dropDraft(box, nameOf(draft));
  keep(box);
  const words = message || box.t(status === "published" ? "is_published" : "is_held");
  box.set({ notes: { ...box.state.notes, [id]: words }, announcement: words });
  box.focus(`comment-${id}`);
}

/** @param {Box} box @param {number} id */
export async function remove(box, id) {
  const own = box.state.own[id];
  if (!own) return;
  try {
    await deleteComment(box.api, id, own.token);
  } catch (error) {
    if (!box.signal.aborted) {
      box.set({ deleting: null, announcement: wordsFor(error, box) });
    }
    return;
  }
  const { thread, comments } = box.state;
  const public_before = !own.held && tree.find(comments, id);
  forgetOwn(box, id);
  box.set({
    deleting: null,
    comments: tree.replace(comments, id, tree.tombstone),
    thread: thread && public_before ? { ...thread, count: thread.count - 1 } : thread,
    announcement: box.t("was_deleted"),
  });
  keep(box);
  box.focus("title");
}

/** Show, or hide again, the text as it would be published. @param {Box} box @param {string} name */
export async function togglePreview(box, name) {
  const draft = box.state.drafts[name];
  if (!draft) return;
  if (draft.preview !== null) return changeDraft(box, name, { preview: null });
  if (!draft.body.trim()) return changeDraft(box, name, { message: box.t("nothing") });
  try {
    const { html } = await previewText(box.api, box.settings.site, draft.body);
    changeDraft(box, name, { preview: html, message: "" });
  } catch (error) {
    if (!box.signal.aborted) failed(box, name, error);
  }
}

/** @param {Box} box @param {Draft} draft @returns {Submission} */
function submissionOf(box, draft) {
  const { form, author, notify } = box.state;
  const { site, url, thread, title } = box.settings;
  const asked = WHO.filter((part) => form?.author[part] !== "off" && author[part]?.trim());
  return {
    site,
    url,
    ...(thread ? { thread } : {}),
    title,
    parent: draft.target,
    author: Object.fromEntries(asked.map((part) => [part, author[part]?.trim()])),
    body: draft.body,
    subscribe: form?.subscriptions && author.email && notify !== "none" ? notify : false,
    answers: Object.fromEntries(
      (form?.fields ?? []).map((field) => [field.name, answer(box, field)]),
    ),
  };
}

/** A UUID (RFC 9562), also on a page without https, where randomUUID is missing. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (Number(bytes[6]) & 15) | 64;
  bytes[8] = (Number(bytes[8]) & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
