/** Importing a module that must be what it was when the page's script was pinned. */

/**
 * Import a module; where the page pinned the script with an integrity, check this one, too. An
 * import has no integrity of its own, but it takes what a checked preload has put in its place
 * (HTML, module maps).
 *
 * @param {string} url
 * @param {string} integrity
 * @param {HTMLElement | null} script
 * @returns {Promise<unknown>}
 */
export async function importVerified(url, integrity, script) {
  if (script instanceof HTMLScriptElement && script.integrity) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", href: url, integrity, crossOrigin: "anonymous" });
    link.nonce = script.nonce; // A policy may trust tags by it, and the browser hides the attribute.
    const checked = new Promise((resolve, reject) => {
      link.onload = resolve;
      link.onerror = reject;
    });
    document.head.append(link);
    await checked.finally(() => link.remove());
  }
  return import(url);
}
