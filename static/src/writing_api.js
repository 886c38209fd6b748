/** The calls of the public API (v1) that a writer needs. */
/** @import { Api } from "./api.js" */
/** @import { Edited, Form, Found, Posted, Settings, Submission } from "./types.js" */

/** What is fresh for each writer, as a challenge. @param {Api} api */
export async function freshForm(api) {
  const query = api.threadQuery({});
  return /** @type {Form} */ (await api.call(`/form?${query}`, { cache: "no-store" }));
}

/** One comment, also a held one. @param {Api} api @param {number} id @param {string} token */
export async function readComment(api, id, token) {
  return /** @type {Found} */ (await api.call(`/comments/${id}`, { token, cache: "no-store" }));
}

/** @param {Api} api @param {Submission} body @param {string} key one per text */
export async function postComment(api, body, key) {
  return /** @type {Posted} */ (await api.call("/comments", { method: "POST", body, key }));
}

/** @param {Api} api @param {number} id @param {string} token @param {string} text */
export async function editComment(api, id, token, text) {
  const how = { method: "PATCH", token, body: { body: text } };
  return /** @type {Edited} */ (await api.call(`/comments/${id}`, how));
}

/** @param {Api} api @param {number} id @param {string} token */
export async function deleteComment(api, id, token) {
  await api.call(`/comments/${id}`, { method: "DELETE", token });
}

/** The text as it would be published. @param {Api} api @param {string} site @param {string} body */
export async function previewText(api, site, body) {
  const how = { method: "POST", body: { site, body } };
  return /** @type {{html: string}} */ (await api.call("/preview", how));
}

/**
 * Vote for or against a comment.
 *
 * @param {Api} api @param {number} id @param {number} value 1, 0 or -1 @param {string} token
 */
export async function voteOn(api, id, value, token) {
  const how = { method: "POST", body: { value }, token };
  return /** @type {{score: number}} */ (await api.call(`/comments/${id}/vote`, how));
}

/** Tell the moderators of a comment. @param {Api} api @param {number} id @param {string} reason @param {string} token */
export async function flagComment(api, id, reason, token) {
  await api.call(`/comments/${id}/flag`, { method: "POST", body: { reason }, token });
}

/** Ask the moderators to look at one's own comment. @param {Api} api @param {number} id @param {string} token */
export async function reviewComment(api, id, token) {
  await api.call(`/comments/${id}/review`, { method: "POST", token });
}

/**
 * Ask for mail about new comments; a confirmation goes to the address.
 *
 * @param {Api} api @param {Settings} settings @param {string} email
 */
export async function subscribe(api, { site, url, thread, title }, email) {
  const body = { site, url, title, email, ...(thread ? { thread } : {}) };
  await api.call("/subscriptions", { method: "POST", body });
}
