/** @import { Settings, ThreadPage, RepliesPage, FieldError } from "./types.js" */

import { ApiError } from "./api_error.js";

const TIMEOUT_MS = 20_000;

/**
 * The calls of the public API (v1) that a reader needs; `writing_api.js` has the rest. All reject
 * with an {@link ApiError}, or with an AbortError once the signal ended.
 *
 * @typedef {ReturnType<typeof makeApi>} Api
 * @param {Settings} settings
 * @param {AbortSignal} signal
 */
export function makeApi(settings, signal) {
  const base = `${settings.server}/api/v1`;

  /**
   * @param {string} path
   * @param {{method?: string, body?: unknown, token?: string, key?: string, cache?: RequestCache}} [how]
   * @returns {Promise<unknown>}
   */
  async function call(path, { method = "GET", body, token, key, cache } = {}) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (method !== "GET") headers["Accept-Language"] = settings.lang;
    if (body) headers["Content-Type"] = "application/json";
    if (token) headers["Authorization"] = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    /** @type {RequestInit} */
    const options = {
      method,
      headers,
      credentials: "omit",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    };
    if (body) options.body = JSON.stringify(body);
    if (cache) options.cache = cache;
    let response;
    try {
      response = await fetch(base + path, options);
      if (response.ok) return response.status === 204 ? null : await response.json();
    } catch (error) {
      if (signal.aborted) throw error;
      throw new ApiError(0, "", [], null);
    }
    throw await asError(response);
  }

  /** @param {Record<string, string | null>} more */
  function threadQuery(more) {
    const query = new URLSearchParams({ site: settings.site, url: settings.url, lang: settings.lang });
    if (settings.thread) query.set("thread", settings.thread);
    for (const [name, value] of Object.entries(more)) if (value) query.set(name, value);
    return query;
  }

  return {
    call,
    threadQuery,
    /**
     * A page of the thread. The browser asks conditionally: what did not change is not sent again.
     * @param {Record<string, string | null>} place sort, after, around
     * @returns {Promise<ThreadPage>}
     */
    thread: async (place) =>
      /** @type {ThreadPage} */ (
        await call(`/thread?${threadQuery(place)}`, { cache: "no-cache" })
      ),
    /** @param {number} id @param {string | null} after @returns {Promise<RepliesPage>} */
    replies: async (id, after) =>
      /** @type {RepliesPage} */ (
        await call(`/comments/${id}/replies${after ? `?after=${encodeURIComponent(after)}` : ""}`)
      ),
  };
}

/** @param {Response} response */
async function asError(response) {
  /** @type {{title?: string, detail?: string, errors?: FieldError[], moved?: {url: string, comment: number}}} */
  const problem = await response.json().catch(() => ({}));
  const wait = response.headers.get("Retry-After");
  const message = problem.detail || problem.title || "";
  const { errors = [], moved } = problem;
  const there = moved ? `${moved.url.split("#")[0]}#comment-${moved.comment}` : null;
  return new ApiError(response.status, message, errors, wait ? Number(wait) : null, there);
}
