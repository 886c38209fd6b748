/** New comments by mail: with a comment, or without writing one. */
/** @import { Box, Notify } from "./types.js" */
import { button } from "./button.js";
import { valueOf } from "./compact_form.js";
import { keep } from "./privacy.js";
import { h } from "./view.js";
import { wordsFor } from "./words.js";
import { subscribe } from "./writing_api.js";

const CHOICES = /** @type {const} */ (["none", "replies", "thread"]);

/** What a writer wants to be told of, below the form. @param {Box} box @param {string} name the draft's */
export function notifyField(box, name) {
  const { state, t } = box;
  if (!state.form?.subscriptions || state.form.author.email === "off") return null;
  const id = `${name}-notify`;
  return h(
    "div",
    { class: "check", key: "notify" },
    h("label", { for: id }, t("notify")),
    h(
      "select",
      {
        id,
        part: "input",
        value: state.notify,
        onchange: (/** @type {Event} */ event) =>
          box.set({ notify: /** @type {Notify} */ (valueOf(event)) }),
      },
      CHOICES.map((choice) => h("option", { key: choice, value: choice }, t(`notify_${choice}`))),
    ),
  );
}

/** The form at the foot of the box. @param {Box} box */
export function subscribePanel(box) {
  const { state, t } = box;
  const { email = "" } = state.author;
  const said = state.subscribing;
  return h(
    "form",
    {
      key: "subscribing",
      class: "panel",
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        box.run(() => send(box));
      },
    },
    h("label", { for: "subscribe-email" }, t("email")),
    h("input", {
      id: "subscribe-email",
      part: "input",
      type: "email",
      autocomplete: "email",
      value: email,
      "aria-required": "true",
      "aria-describedby": said ? "subscribe-said" : null,
      oninput: (/** @type {Event} */ event) => {
        box.set({ author: { ...box.state.author, email: valueOf(event) } });
        keep(box);
      },
    }),
    h("p", { id: "subscribe-said", role: "status" }, said),
    button("send", t("subscribe_go"), () => {}, { class: "plain", type: "submit" }),
  );
}

/** @param {Box} box */
async function send(box) {
  const email = box.state.author.email?.trim();
  if (!email) {
    box.set({ subscribing: box.t("email_missing") });
    return box.focus("subscribe-email");
  }
  try {
    await subscribe(box.api, box.settings, email);
    box.set({ subscribing: box.t("confirm_sent") });
  } catch (error) {
    if (!box.signal.aborted) box.set({ subscribing: wordsFor(error, box) });
  }
}
