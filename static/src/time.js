/** Times in words. */

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const MONTH_S = 30 * 86_400;
/** What is younger than this is "now". */
const NOW_S = 45;

/**
 * Times in a language. The formats are made once: making one takes longer than using it.
 *
 * @typedef {ReturnType<typeof makeTimes>} Times
 * @param {string} locale
 */
export function makeTimes(locale) {
  const span = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });

  /** "in 2 minutes", "3 hours ago", "now". @param {number} seconds */
  function relative(seconds) {
    const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
    const recent = seconds <= 0 && seconds > -NOW_S;
    return span.format(recent ? 0 : Math.ceil(seconds / length), unit);
  }

  return {
    relative,
    /**
     * "5 minutes ago" for what is younger than a month, else the date.
     *
     * @param {string} time RFC 3339
     * @param {number} now_ms
     */
    ago(time, now_ms) {
      // A clock that is behind the server's must not make a comment come from the future.
      const age = Math.max(0, Math.round((now_ms - Date.parse(time)) / 1000));
      return age > MONTH_S ? day.format(new Date(time)) : relative(-age);
    },
    /** The exact time. @param {string} time RFC 3339 */
    exactly: (time) => moment.format(new Date(time)),
  };
}
