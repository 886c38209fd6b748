/** Counts: `<span data-comment-count="URL">` is filled with the number of that thread's comments. */

const AT_ONCE = 100;
const NAME = "data-comment-count";
/** What each span was filled for, so that none is asked for twice. @type {WeakMap<Element, string>} */
const asked = new WeakMap();

/**
 * Fill the spans of a page that are not filled yet, all of a site's in one request.
 *
 * @param {string} server
 * @param {HTMLElement | null} script
 */
export function fillCounts(server, script) {
  /** @type {Map<string, Map<string, HTMLElement[]>>} */
  const sites = new Map();
  for (const span of document.querySelectorAll(`[${NAME}]`)) {
    const said = span.getAttribute(NAME) ?? "";
    if (!(span instanceof HTMLElement) || asked.get(span) === said) continue;
    asked.set(span, said);
    const site = siteOf(span, script);
    const url = absolute(said);
    if (!site || !url) continue;
    const urls = sites.get(site) ?? new Map();
    sites.set(site, urls.set(url, [...(urls.get(url) ?? []), span]));
  }
  for (const [site, urls] of sites) {
    const all = [...urls];
    while (all.length) fill(server, site, all.splice(0, AT_ONCE));
  }
}

/** @param {string} server @param {string} site @param {[string, HTMLElement[]][]} urls */
async function fill(server, site, urls) {
  const query = new URLSearchParams([["site", site], ...urls.map(([url]) => ["url", url])]);
  try {
    const response = await fetch(`${server}/api/v1/counts?${query}`, { credentials: "omit" });
    if (!response.ok) return;
    /** @type {{counts: Record<string, number>}} */
    const { counts } = await response.json();
    for (const [url, spans] of urls) {
      for (const span of spans) span.textContent = String(counts[url] ?? 0);
    }
  } catch {
    // A page without its counts is whole: what stands in the spans stays.
  }
}

/** @param {HTMLElement} span @param {HTMLElement | null} script */
function siteOf(span, script) {
  const other = document.querySelector(
    "comment-thread[data-site],[data-comment-thread][data-site]",
  );
  return span.dataset["site"] || script?.dataset["site"] || other?.getAttribute("data-site");
}

/** @param {string} url */
function absolute(url) {
  try {
    return new URL(url, document.baseURI).href;
  } catch {
    return "";
  }
}
