/** The box in the reader's language. */
/** @import { Box } from "./types.js" */
/** @import { Words } from "./i18n.js" */
import { catalogueOf, directionOf, speak } from "./i18n.js";
import { makeTimes } from "./time.js";

/**
 * What a box says and how it writes times, in one language.
 *
 * @param {string} locale
 * @param {Words} [catalogue]
 */
export function inLanguage(locale, catalogue) {
  return { ...speak(locale, catalogue), locale, dir: directionOf(locale), times: makeTimes(locale) };
}

/**
 * Fetch the catalogue of the box's language; where it can't be had, the box stays English.
 *
 * @param {Box} box
 */
export async function learnLanguage(box) {
  const { lang, server } = box.settings;
  const name = catalogueOf(lang);
  if (name === "en") return;
  try {
    const address = `${server}/static/locale/${name}.json?v=${WORDS_VERSION}`;
    const answer = await fetch(address, { credentials: "omit", signal: box.signal });
    if (answer.ok) Object.assign(box, inLanguage(lang, await answer.json()));
  } catch {
    // English words are better than none.
  }
}
