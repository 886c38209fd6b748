// @ts-check
// How the dashboard's script talks to the server: with the form's token, and answers as JSON.

/** What an act did. @typedef {{said: string, decisions: string[], counts: Record<string, number>}} Done */

const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";

/** A request that the server understood and refused. */
export class Refusal extends Error {
  /** @param {number} status @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Send an act. Throws a Refusal, or what fetch throws where the server can't be reached.
 * @param {string} address @param {URLSearchParams} fields @returns {Promise<Done>} */
export async function send(address, fields) {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(address, { method: "POST", headers, body: fields, redirect: "error" });
  const content = await answer.json();
  if (answer.ok) return content;
  throw new Refusal(answer.status, content.detail);
}

/** Read a page of the dashboard. Throws as `send` does.
 * @param {string} address @returns {Promise<Document>} */
export async function load(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Refusal(answer.status, answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
