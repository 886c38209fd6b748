/** Whether the reader agreed that things are kept on their device, and what is kept with it. */
/** @import { Box, Draft, Form, Own, Writer } from "./types.js" */
import { newDraft } from "./drafts.js";
import { isSort } from "./settings.js";

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
export function version(box) {
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
  if (agreed && record?.version !== version(box)) recordConsent(box);
  box.set({ consent: agreed });
  if (agreed) recall(box);
}

/** @param {Box} box */
export function recordConsent(box) {
  box.device.write("consent", { version: version(box), at: new Date().toISOString() });
}

/** The names under which what belongs to one thread is kept. @param {Box} box */
export function namesOf({ settings }) {
  const thread = settings.thread || settings.url;
  return { drafts: `drafts:${thread}`, own: `own:${thread}`, votes: `votes:${thread}` };
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
  const texts = /** @type {Record<string, Partial<Draft>>} */ (device.read(names.drafts) ?? {});
  /** @type {Record<string, Draft>} */
  const drafts = {};
  for (const [name, kept] of Object.entries(texts)) {
    const [kind, target] = name.split("-");
    if (kind === "new" || kind === "reply") {
      drafts[name] = { ...newDraft(kind, target ? Number(target) : null), ...kept };
    }
  }
  const written = Object.entries(state.drafts).filter(([, draft]) => draft.body);
  box.set({
    author: { .../** @type {Writer} */ (device.read("author") ?? {}), ...state.author },
    own: { ...lasting(box, names.own), ...state.own },
    votes: { .../** @type {Record<number, number>} */ (device.read(names.votes)), ...state.votes },
    drafts: { ...state.drafts, ...drafts, ...Object.fromEntries(written) },
    ...(isSort(sort) ? { sort } : {}),
  });
}
