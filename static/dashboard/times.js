// @ts-check
// Times as people say them.

/** Write times as "3 hours ago" in the reader's language, the exact one as a tooltip.
 * @param {ParentNode} part */
export function showTimes(part) {
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of part.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    time.title = exact.format(at);
    const minutes = Math.round((at.getTime() - Date.now()) / 60_000);
    const hours = Math.round(minutes / 60);
    const days = Math.round(hours / 24);
    if (Math.abs(days) > 6) time.textContent = exact.format(at);
    else if (Math.abs(hours) > 23) time.textContent = relative.format(days, "day");
    else if (Math.abs(minutes) > 59) time.textContent = relative.format(hours, "hour");
    else time.textContent = relative.format(minutes, "minute");
  }
}
