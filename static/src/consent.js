/** The reader's consent to things being kept on their device, and what is kept with it. */
/** @import { Box, Draft, Form, Own, Writer } from "./types.js" */
import { button } from "./button.js";
import { isSort } from "./settings.js";
import { newDraft } from "./drafts.js";
import { h } from "./view.js";
import { act } from "./act.js";

const PAGE = "page";

/** The checkbox by which a reader agrees, where the site asks. @param {Form | null} form */
export function consentField(form) {
  return form?.fields.find((field) => field.purpose === "device_storage");
}

/**
 * What is agreed to: the policy's version, or that the page's own banner asked.
 *
 * @param {Box} box
 */
function version(box) {
  return consentField(box.state.form)?.version ?? PAGE;
}

/**
 * Find out, once the form is known, whether the reader consented: here and now by the page's
 * banner, or earlier to the same version of the policy. Otherwise nothing stays on the device.
 *
 * @param {Box} box
 * @param {boolean | null} page what the page's banner says, if anything
 */
export function settleConsent(box, page) {
  const record = /** @type {{version?: string} | null} */ (box.device.read("consent"));
  const agreed = page ?? (record !== null && record.version === version(box));
  if (!agreed && record) box.device.clear();
  if (agreed && record?.version !== version(box)) record_consent(box);
  box.set({ consent: agreed });
  if (agreed) recall(box);
}

/** @param {Box} box @param {boolean} granted */
export function changeConsent(box, granted) {
  if (granted === box.state.consent) return;
  if (!box.state.form) return; // Not loaded: what the page says is read again when it is.
  if (granted) record_consent(box);
  else box.device.clear();
  box.set({ consent: granted, announcement: box.t(granted ? "allowed" : "withdrawn") });
  if (granted) keep(box);
  box.emit("consent", { granted, version: version(box) });
}

/** @param {Box} box */
function record_consent(box) {
  box.device.write("consent", { version: version(box), at: new Date().toISOString() });
}

/** The names under which one thread's drafts and own comments are kept. @param {Box} box */
function namesOf({ settings }) {
  const thread = settings.thread || settings.url;
  return { drafts: `drafts:${thread}`, own: `own:${thread}` };
}

/** Keep what the reader agreed to have kept; without consent this does nothing. @param {Box} box */
export function keep(box) {
  const { state, device } = box;
  if (!state.consent) return;
  const texts = Object.entries(state.drafts).map(([name, draft]) => [name, draft.body]);
  const kept = texts.filter(([, body]) => body);
  const names = namesOf(box);
  device.write(names.drafts, kept.length ? Object.fromEntries(kept) : null);
  device.write("author", Object.values(state.author).some(Boolean) ? state.author : null);
  device.write(names.own, Object.keys(state.own).length ? state.own : null);
}

/**
 * Own comments that can still change: held ones, and those within the time to edit.
 *
 * @param {Box} box
 * @param {string} name
 */
function lasting({ state, device }, name) {
  const own = /** @type {Record<number, Own>} */ (device.read(name) ?? {});
  const since = Date.now() - (state.form?.edit_window_s ?? 0) * 1000;
  const kept = Object.entries(own).filter(
    ([, one]) => one.status === "pending" || Date.parse(one.created) > since,
  );
  return Object.fromEntries(kept);
}

/** Take what was kept; what was typed meanwhile goes first. @param {Box} box */
function recall(box) {
  const { state, device } = box;
  const names = namesOf(box);
  const sort = device.read("sort");
  const texts = /** @type {Record<string, string>} */ (device.read(names.drafts) ?? {});
  /** @type {Record<string, Draft>} */
  const drafts = {};
  for (const [name, body] of Object.entries(texts)) {
    const [kind, target] = name.split("-");
    if (kind === "new" || kind === "reply") {
      drafts[name] = { ...newDraft(kind, target ? Number(target) : null), body: String(body) };
    }
  }
  const written = Object.entries(state.drafts).filter(([, draft]) => draft.body);
  box.set({
    author: { .../** @type {Writer} */ (device.read("author") ?? {}), ...state.author },
    own: { ...lasting(box, names.own), ...state.own },
    drafts: { ...state.drafts, ...drafts, ...Object.fromEntries(written) },
    ...(isSort(sort) ? { sort } : {}),
  });
}

/** The order the reader chose before, if that may be remembered. @param {Box} box */
export function keepSort(box) {
  if (box.state.consent) box.device.write("sort", box.state.sort);
}

/** The control at the foot of the box: what is kept, and changing one's mind. @param {Box} box */
export function privacyView(box) {
  const { state, t } = box;
  const field = consentField(state.form);
  const open = state.privacy;
  if (!field && !state.consent) return [];
  return [
    button("privacy", t("privacy"), () => act(box, () => box.set({ privacy: !open })), {
      "aria-expanded": String(open),
    }),
    open &&
      h(
        "div",
        { key: "panel", class: "panel" },
        h("p", {}, t(state.consent ? "kept" : "not_kept")),
        button(
          "change",
          t(state.consent ? "withdraw" : "allow"),
          () => changeConsent(box, !state.consent),
          {
            class: "plain",
          },
        ),
        field?.link && h("a", { href: field.link.href, rel: "noopener" }, field.link.text),
      ),
  ];
}
