/** The whole box, from its state. */
/** @import { Box, Sort } from "./types.js" */
import { act } from "./act.js";
import { button } from "./button.js";
import { commentViews, remember } from "./comment.js";
import { compactForm } from "./compact_form.js";
import { consentField } from "./consent.js";
import { withHeld } from "./held.js";
import { news, reload } from "./reading.js";
import { h } from "./view.js";

/**
 * @param {Box} box
 * @param {string} classes
 * @param {() => void} again loads the thread once more
 */
export function threadView(box, classes, again) {
  const { state, settings, t, locale, dir } = box;
  const shown = { loading, failed: () => failure(box, again), ready: () => thread(box) };
  return [
    settings.css && h("link", { rel: "stylesheet", href: settings.css, key: "css" }),
    h(
      "section",
      {
        key: "box",
        class: `box ${classes}`,
        part: "box",
        lang: locale,
        dir,
        "aria-label": t("comments"),
        "aria-busy": String(state.phase === "loading"),
      },
      shown[state.phase](),
      h(
        "div",
        { class: "toast", key: "toast", role: "status" },
        state.announcement && h("p", {}, state.announcement),
      ),
    ),
  ].filter((view) => typeof view === "object");

  function loading() {
    return [
      h("p", { class: "sr", key: "loading" }, t("loading")),
      h(
        "div",
        { class: "skeleton", key: "skeleton", "aria-hidden": "true" },
        h("i"),
        h("i"),
        h("i"),
      ),
    ];
  }
}

/** @param {Box} box @param {() => void} again */
function failure({ state, t }, again) {
  return [
    h(
      "div",
      { class: "failure", key: "failure" },
      h("p", {}, t("failed"), " ", state.failure),
      button("again", t("again"), again, { class: "plain" }),
    ),
  ];
}

/** @param {Box} box */
function thread(box) {
  const { state, t } = box;
  const fresh = news(box, state.fresh);
  const draft = state.drafts["new"];
  const open = state.thread?.state === "open";
  return [
    head(box),
    // The link says where a comment is that the page's address names.
    state.moved &&
      h(
        "p",
        { class: "closed", key: "moved" },
        h("a", { id: "moved", href: state.moved.href }, state.moved.message),
      ),
    open
      ? draft && writingView(box, draft)
      : h("p", { class: "closed", key: "closed" }, t("closed")),
    fresh > 0 &&
      h(
        "div",
        { class: "news", key: "news" },
        h("span", {}, t("news", { n: fresh })),
        button("show", t("show"), () => act(box, (actions) => actions.showNews(box))),
      ),
    state.partial &&
      h(
        "p",
        { class: "more", key: "whole" },
        button("whole", t("whole"), () => box.run(() => reload(box))),
      ),
    listView(box),
    state.after &&
      h(
        "p",
        { class: "more", key: "more" },
        button("more", t("more"), () => act(box, (actions) => actions.loadMore(box))),
      ),
    h("footer", { class: "foot", key: "foot", part: "foot" }, footView(box)),
  ];
}

/**
 * The comments. A keystroke in the form above changes nothing of them, and costs the same under a
 * thousand as under fifty; while a form stands among them, they are looked through again.
 *
 * @param {Box} box
 */
function listView(box) {
  const { state, actions } = box;
  const { new: _, ...among } = state.drafts;
  const make = () => {
    const comments = withHeld(box);
    return comments.length
      ? h("ol", { class: "list", key: "list", part: "list" }, commentViews(box, comments))
      : h("p", { class: "empty", key: "empty" }, box.t("empty"));
  };
  if (Object.keys(among).length) return make();
  const { own, sort, notes, votes, marked, deleting, reporting, busy, form } = state;
  const open = state.thread?.state;
  const of = [own, sort, notes, votes, marked, deleting, reporting, busy, form, open, actions];
  return remember(box, state.comments, of, make);
}

/**
 * The form: its text alone until somebody writes.
 *
 * @param {Box} box @param {import("./types.js").Draft} draft
 */
function writingView(box, draft) {
  const { state, actions } = box;
  return actions && (state.writing || draft.body)
    ? actions.formView(box, draft)
    : compactForm(box, draft);
}

/** The foot of the box: new comments by mail, what is kept on the device. @param {Box} box */
function footView(box) {
  const { state, t, actions } = box;
  const mail = state.subscribing;
  const open = state.privacy;
  return [
    state.form?.subscriptions &&
      button(
        "subscribe",
        t("subscribe"),
        () => act(box, () => box.set({ subscribing: mail === null ? "" : null })),
        { "aria-expanded": String(mail !== null) },
      ),
    mail !== null && actions?.subscribePanel(box),
    (consentField(state.form) || state.consent) &&
      button("privacy", t("privacy"), () => act(box, () => box.set({ privacy: !open })), {
        "aria-expanded": String(open),
      }),
    open && actions?.privacyPanel(box),
  ];
}

/** @param {Box} box */
function head(box) {
  const { state, t } = box;
  const n = state.thread?.count ?? 0;
  /** @type {Sort[]} */
  const orders = ["oldest", "newest"];
  if (state.sort === "best" || state.comments.some(({ score }) => score)) orders.push("best");
  return h(
    "header",
    { class: "head", key: "head", part: "head" },
    h("h2", { id: "title", tabindex: -1, part: "title" }, n ? t("count", { n }) : t("comments")),
    n > 1 &&
      h(
        "label",
        { class: "sort", key: "sort" },
        h("span", { class: "sr" }, t("sort")),
        h(
          "select",
          {
            value: state.sort,
            part: "input",
            onchange: (/** @type {Event} */ event) => {
              const { value } = /** @type {HTMLSelectElement} */ (event.target);
              act(box, (actions) => actions.sortBy(box, /** @type {Sort} */ (value)));
            },
          },
          orders.map((order) => h("option", { key: order, value: order }, t(order))),
        ),
      ),
  );
}
