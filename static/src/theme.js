/** Light or dark. */

/**
 * Whether the page around the element is dark, as its own text tells: light text is only
 * readable on a dark page. Better than asking the system, which a page may not follow.
 *
 * @param {Element} element
 */
export function pageIsDark(element) {
  const [red = 0, green = 0, blue = 0] = (
    getComputedStyle(element).color.match(/[\d.]+/g) ?? []
  ).map(Number);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140;
}

/**
 * The classes of the box. A theme that is not the page's brings its own background.
 *
 * @param {Element} element
 * @param {"auto" | "light" | "dark"} theme
 */
export function themeClasses(element, theme) {
  const page = pageIsDark(element) ? "dark" : "light";
  return theme === "auto" || theme === page ? page : `${theme} surface`;
}

/**
 * Tell when the page may have changed between light and dark.
 *
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function watchTheme(signal, changed) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed, { signal });
  const observer = new MutationObserver(changed);
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true });
  }
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}
