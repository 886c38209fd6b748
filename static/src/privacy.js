/** Keeping things on the reader's device, and changing one's mind about it. */
/** @import { Box } from "./types.js" */
import { button } from "./button.js";
import { consentField, namesOf, recordConsent, version } from "./consent.js";
import { h } from "./view.js";

/** @param {Box} box @param {boolean} granted */
export function changeConsent(box, granted) {
  if (granted === box.state.consent) return;
  if (granted) recordConsent(box);
  else box.device.clear();
  box.set({ consent: granted, announcement: box.t(granted ? "allowed" : "withdrawn") });
  if (granted) keep(box);
  box.emit("consent", { granted, version: version(box) });
}

/** Keep what the reader agreed to have kept; without consent this does nothing. @param {Box} box */
export function keep(box) {
  const { state, device } = box;
  if (!state.consent) return;
  const texts = Object.entries(state.drafts)
    .filter(([, { body }]) => body)
    .map(([name, { body, attempt }]) => [name, { body, attempt }]);
  const names = namesOf(box);
  const kept = {
    [names.drafts]: Object.fromEntries(texts),
    [names.own]: Object.fromEntries(
      Object.entries(state.own).filter(([, { status }]) => status !== "sending"),
    ),
    [names.votes]: state.votes,
    author: Object.values(state.author).some(Boolean) ? state.author : {},
  };
  for (const [name, value] of Object.entries(kept)) {
    device.write(name, Object.keys(value).length ? value : null);
  }
}

/** The order the reader chose, if that may be remembered. @param {Box} box */
export function keepSort(box) {
  if (box.state.consent) box.device.write("sort", box.state.sort);
}

/** What is kept, and the way to change one's mind. @param {Box} box */
export function privacyPanel(box) {
  const { state, t } = box;
  const field = consentField(state.form);
  return h(
    "div",
    { key: "panel", class: "panel" },
    h("p", {}, t(state.consent ? "kept" : "not_kept")),
    button(
      "change",
      t(state.consent ? "withdraw" : "allow"),
      () => changeConsent(box, !state.consent),
      { class: "plain" },
    ),
    field?.link && h("a", { href: field.link.href, rel: "noopener" }, field.link.text),
  );
}
