// @ts-check
// Which comments are shown and which are selected.

/** The list of comments, on the pages that have one. */
export const queue = /** @type {HTMLElement | null} */ (document.querySelector(".queue"));
/** The form that acts on several comments. */
export const bulk = /** @type {HTMLFormElement | null} */ (document.querySelector("form.bulk"));

/** @returns {HTMLElement[]} the comments that are shown */
export function visible() {
  return /** @type {HTMLElement[]} */ ([...(queue?.querySelectorAll(".card:not([hidden])") ?? [])]);
}

/** @param {ParentNode} part @returns {HTMLInputElement[]} the boxes that select the comments in it */
export function boxesIn(part) {
  return [...part.querySelectorAll(".pick input")].filter((box) => box instanceof HTMLInputElement);
}

/** @returns {HTMLInputElement[]} the boxes of all comments that are shown */
export function boxes() {
  return visible().flatMap(boxesIn);
}

/** @returns {HTMLInputElement[]} those that are ticked */
export function selected() {
  return boxes().filter((box) => box.checked);
}

/** Say how many comments are selected, and show what can be done with them. */
export function showSelected() {
  if (!bulk) return;
  const count = selected().length;
  bulk.toggleAttribute("data-any", count > 0);
  const told = bulk.querySelector("#selected");
  if (told) told.textContent = count ? (document.body.dataset.selected ?? "").replace("%", String(count)) : "";
  const all = /** @type {HTMLInputElement | null} */ (bulk.querySelector("#all"));
  if (all) all.checked = count > 0 && count === boxes().length;
}

/** Say that nothing is left, where nothing is. */
export function showEmpty() {
  const empty = /** @type {HTMLElement | null} */ (document.querySelector(".empty"));
  const none = visible().length === 0 && !document.querySelector("a[rel=next]");
  if (empty) empty.hidden = !none;
  if (bulk) bulk.hidden = none;
}
