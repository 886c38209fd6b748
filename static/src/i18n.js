/** The words of the box: English until the catalogue of the reader's language has come. */
import en from "./locale/en.json";

/** @import enActions from "./locale/en_actions.json" */

/**
 * @typedef {keyof typeof en | keyof typeof enActions} Key
 * @typedef {(key: Key, values?: Record<string, string | number>) => string} Translate
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Entry
 * @typedef {Partial<Record<Key, Entry>>} Words
 */

const LANGUAGES = "en bg hr cs da nl et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv ar he tr ru uk zh ja ko hi";

/**
 * The first language tag (BCP 47) that there are words for, "en" if there is none.
 *
 * @param {readonly string[]} wanted
 */
export function chooseLanguage(wanted) {
  return wanted.find((tag) => supported(tag)) ?? "en";
}

/** @param {string} tag */
function supported(tag) {
  try {
    const { language } = new Intl.Locale(tag);
    return LANGUAGES.split(" ").includes(language);
  } catch {
    return false; // Not a language tag.
  }
}

/** The name of the catalogue for a language tag. @param {string} tag */
export function catalogueOf(tag) {
  return new Intl.Locale(tag).language;
}

/** Which way a language is written. @param {string} tag */
export function directionOf(tag) {
  return /^(ar|he)\b/.test(tag) ? "rtl" : "ltr";
}

/**
 * The function that says things. What comes later fills gaps; only a catalogue replaces words, all
 * of them at once: no page is half in one language and half in another.
 *
 * @param {string} locale
 * @param {Words} [catalogue]
 * @returns {{t: Translate, learn: (more: Words) => boolean}}
 */
export function speak(locale, catalogue) {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  /** @type {Words} */
  let words = { ...en, ...catalogue };

  return {
    learn(more) {
      const before = words;
      words = { ...more, ...words };
      return Object.keys(words).length > Object.keys(before).length;
    },
    t(key, values = {}) {
      const entry = words[key] ?? "";
      const form = typeof entry === "string" ? entry : pluralForm(entry, plural, values["n"]);
      return form.replace(/\{(\w+)\}/g, (_, name) => {
        const value = values[name] ?? "";
        return typeof value === "number" ? number.format(value) : value;
      });
    },
  };
}

/** @param {Exclude<Entry, string>} entry @param {Intl.PluralRules} plural @param {unknown} n */
function pluralForm(entry, plural, n) {
  return entry[plural.select(Number(n))] ?? entry.other ?? "";
}
