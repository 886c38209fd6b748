/** @import { FieldError } from "./types.js" */

/** What the server refused, or (status 0) that it could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message the server's words for readers, "" where it gave none
   * @param {FieldError[]} errors
   * @param {number | null} retryAfter in seconds
   */
  constructor(status, message, errors, retryAfter) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
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
