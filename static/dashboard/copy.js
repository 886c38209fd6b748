// @ts-check
// Copying what is shown once.

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", () => void copy(/** @type {HTMLButtonElement} */ (button)));
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const shown = /** @type {HTMLInputElement | null} */ (document.getElementById(button.dataset.copy ?? ""));
  if (!shown) return;
  shown.select();
  try {
    await navigator.clipboard.writeText(shown.value);
    button.textContent = button.dataset.copied ?? "";
  } catch {
    // No clipboard without https: the text is selected, to be copied by hand.
    shown.focus();
  }
}
