/** Failures in the reader's language. */
/** @import { Box } from "./types.js" */
import { apiError } from "./api_error.js";

/**
 * @param {unknown} failure
 * @param {Pick<Box, "t" | "times">} box
 */
export function wordsFor(failure, { t, times }) {
  const error = apiError(failure);
  if (!error) return t("broken");
  if (error.status === 0) return t(navigator.onLine ? "unreachable" : "offline");
  if (error.status === 429) {
    const wait = error.retryAfter ? times.relative(error.retryAfter) : t("later");
    return t("too_many", { wait });
  }
  if (error.status >= 500) return t("broken");
  return error.message || t("refusal");
}
