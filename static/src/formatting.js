/** What the buttons of the toolbar do. */

/**
 * Put marks around the selection.
 *
 * @param {Element} button
 * @param {{before: string, after: string}} mark
 */
export function format(button, { before, after }) {
  const text = button.closest("form")?.querySelector("textarea");
  if (!text) return;
  const { selectionStart: start, selectionEnd: end, value } = text;
  const chosen = value.slice(start, end);
  text.focus();
  text.setRangeText(`${before}${chosen}${after}`, start, end, "end");
  text.setSelectionRange(start + before.length, start + before.length + chosen.length);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * The arrow keys go along the toolbar (ARIA Authoring Practices).
 *
 * @param {Element} from
 * @param {string} key
 */
export function walk(from, key) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (!step) return;
  const buttons = [...(from.parentElement?.querySelectorAll("button") ?? [])];
  const at = buttons.findIndex((button) => button === from);
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}
