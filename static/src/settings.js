/** What the attributes of the element, of the page's own box and of the script say. */
/** @import { Settings, Sort } from "./types.js" */
import { chooseLanguage } from "./i18n.js";

/** The attributes whose change shows another thread, or the same one otherwise. */
export const ATTRIBUTES = "site url thread title lang theme sort css consent"
  .split(" ")
  .map((name) => `data-${name}`);

/**
 * The places where attributes may stand, nearest first: the element, the `data-comment-thread`
 * box around it, the script tag.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement | null} script
 */
export function places(element, script) {
  const around = element.parentElement?.closest("[data-comment-thread]");
  return [element, around, script].filter((place) => place instanceof HTMLElement);
}

/**
 * @param {HTMLElement} element
 * @param {HTMLElement | null} script
 * @param {string} server
 * @returns {Settings}
 */
export function readSettings(element, script, server) {
  const where = places(element, script);
  /** @param {string} name */
  const said = (name) => where.find((place) => place.dataset[name])?.dataset[name] ?? "";
  const language = element.closest("[lang]")?.getAttribute("lang");
  const sort = said("sort");
  const theme = said("theme");
  return {
    server,
    site: said("site"),
    url: pageUrl(said("url")),
    thread: said("thread"),
    title: said("title") || document.title,
    lang: chooseLanguage([said("lang"), language ?? "", ...navigator.languages]),
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    sort: isSort(sort) ? sort : "oldest",
    css: stylesheet(said("css"), server),
    consent: said("consent"),
  };
}

/** @param {unknown} sort @returns {sort is Sort} */
export function isSort(sort) {
  return sort === "oldest" || sort === "newest" || sort === "best";
}

/**
 * A word alone names one of the server's themes; all else is an address.
 *
 * @param {string} said @param {string} server
 */
function stylesheet(said, server) {
  return /^[a-z]+$/.test(said) ? `${server}/static/themes/${said}.css` : said;
}

/** @param {string} said */
function pageUrl(said) {
  const canonical = document.querySelector("link[rel~=canonical][href]");
  const own = said || (canonical instanceof HTMLLinkElement ? canonical.href : location.href);
  try {
    const url = new URL(own, document.baseURI);
    url.hash = "";
    return url.href;
  } catch {
    return location.href; // Not an address: better the page's own thread than none.
  }
}
