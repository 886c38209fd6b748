/** @import { FieldError } from "./types.js" */

/** What the server refused, or (status 0) that it could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message the server's words for readers, "" where it gave none
   * @param {FieldError[]} errors
   * @param {number | null} retryAfter in seconds
   * @param {string | null} moved the address of a comment that is on another page now
   */
  constructor(status, message, errors, retryAfter, moved = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.moved = moved;
  }
}

/**
 * The error as one of the API, or null. Told by its name: the box and its actions are bundled
 * apart, each with a class of its own.
 *
 * @param {unknown} error
 * @returns {ApiError | null}
 */
export function apiError(error) {
  const named = error instanceof Error && error.name === "ApiError";
  return named ? /** @type {ApiError} */ (error) : null;
}
