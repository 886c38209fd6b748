/** The words of the box. */
import { en } from "./locale/en.js";

/** @import { enActions } from "./locale/en_actions.js" */

/**
 * @typedef {keyof typeof en | keyof typeof enActions} Key
 * @typedef {(key: Key, values?: Record<string, string | number>) => string} Translate
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Entry
 */

/** @type {Record<string, Partial<Record<Key, Entry>>>} */
const CATALOGUES = { en };

/**
 * The function that says things in a language, and the locale for numbers and times. A language
 * without a catalogue is English throughout: no page is half in one and half in the other.
 *
 * @param {string} lang
 * @returns {{t: Translate, locale: string, learn: (more: Partial<Record<Key, Entry>>) => boolean}}
 */
export function speak(lang) {
  const known = CATALOGUES[lang.toLowerCase().split(/[-_]/)[0] ?? ""];
  const locale = (known && supported(lang)) || "en";
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);

  /** @type {Partial<Record<Key, Entry>>} */
  let words = { ...en, ...known };

  return {
    locale,
    // What was there already is in the reader's language; what comes later may be English.
    learn(more) {
      const before = words;
      words = { ...more, ...words };
      return Object.keys(words).length > Object.keys(before).length;
    },
    t(key, values = {}) {
      const entry = words[key] ?? "";
      const form = typeof entry === "string" ? entry : plural_form(entry, plural, values["n"]);
      return form.replace(/\{(\w+)\}/g, (_, name) => {
        const value = values[name] ?? "";
        return typeof value === "number" ? number.format(value) : value;
      });
    },
  };
}

/** @param {Exclude<Entry, string>} entry @param {Intl.PluralRules} plural @param {unknown} n */
function plural_form(entry, plural, n) {
  return entry[plural.select(Number(n))] ?? entry.other ?? "";
}

/** @param {string} lang */
function supported(lang) {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(lang)[0];
  } catch {
    return undefined; // Not a language tag (BCP 47).
  }
}
