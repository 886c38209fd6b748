/** The life of a box: from its element's coming to its going, thread by thread. */
/** @import { Box, Settings, State } from "./types.js" */
import { makeApi } from "./api.js";
import { act } from "./act.js";
import { makeDevice } from "./device.js";
import { inLanguage } from "./language.js";
import { followAddress, load } from "./reading.js";
import { ATTRIBUTES, places, readSettings } from "./settings.js";
import { themeClasses, watchTheme } from "./theme.js";
import { threadView } from "./thread_view.js";
import { later, whileSeen } from "./timers.js";
import { redraw } from "./redraw.js";
import { makeDraw } from "./view.js";
import { wordsFor } from "./words.js";

const TOAST_MS = 10_000;
const CLOCK_MS = 60_000;

/**
 * Show a thread in the element's shadow root until the signal ends.
 *
 * @param {HTMLElement} element
 * @param {ShadowRoot} root
 * @param {{server: string, script: HTMLElement | null}} origin
 * @param {AbortSignal} life
 */
export function mount(element, root, { server, script }, life) {
  /** What was typed, by thread: going to another page and back loses nothing. @type {Map<string, Partial<State>>} */
  const typed = new Map();
  /** @type {boolean | null} */
  let banner = null;
  /** @type {Box | null} */
  let box = null;
  let run = new AbortController();
  const draw = makeDraw(root, failed);

  /** @param {unknown} error */
  function failed(error) {
    if (!box || box.signal.aborted) return;
    const message = wordsFor(error, box);
    box.set({ announcement: message });
    box.emit("error", { message, status: null });
  }

  function start() {
    if (box) typed.set(threadOf(box.settings), whatWasTyped(box.state));
    run.abort();
    run = new AbortController();
    const settings = readSettings(element, script, server);
    box = makeBox(settings, AbortSignal.any([life, run.signal]));
    const { signal } = box;
    signal.addEventListener("abort", () => (box = box?.signal === signal ? null : box));
    box.run(() => box && load(box, pageConsent));
    clock(signal);
  }

  /** Keep "5 minutes ago" true. @param {AbortSignal} signal */
  function clock(signal) {
    whileSeen(signal, CLOCK_MS, () => {
      if (box) redraw(box);
      clock(signal);
    });
  }

  /** What the page's banner says: its event after its attribute. */
  function pageConsent() {
    if (banner !== null) return banner;
    const said = readSettings(element, script, server).consent;
    return said === "granted" ? true : said === "denied" ? false : null;
  }

  /** @param {Settings} settings @param {AbortSignal} signal @returns {Box} */
  function makeBox(settings, signal) {
    /** @type {Box} */
    const made = {
      state: { ...emptyState(settings), ...typed.get(threadOf(settings)) },
      ...inLanguage("en"),
      actions: null,
      drawn: new WeakMap(),
      settings,
      script,
      signal,
      api: makeApi(settings, signal),
      device: makeDevice(settings.site),
      set(changes) {
        if (signal.aborted) return;
        made.state = { ...made.state, ...changes };
        draw(threadView(made, themeClasses(element, settings.theme), start));
        if (changes.announcement) forget(made, changes.announcement);
      },
      wear(sheet) {
        if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
      },
      emit(name, detail) {
        const options = { bubbles: true, composed: true, detail };
        element.dispatchEvent(new CustomEvent(`comment-thread:${name}`, options));
      },
      focus(id) {
        const node = root.getElementById(id);
        if (!node) return;
        node.focus({ preventScroll: true });
        node.scrollIntoView({ block: "nearest" });
      },
      async run(action) {
        try {
          await action();
        } catch (error) {
          if (!signal.aborted) failed(error);
        }
      },
    };
    return made;
  }

  const observer = new MutationObserver((changes) => {
    // A banner's consent and a colour don't need the thread again.
    const names = new Set(changes.map(({ attributeName }) => attributeName));
    if ([...names].some((name) => name !== "data-consent")) return start();
    banner = null;
    const said = pageConsent();
    if (said !== null) agree(said);
  });
  /** @param {boolean} granted */
  function agree(granted) {
    const open = box;
    // Not loaded: what the page says is read again when it is.
    if (!open?.state.form || open.state.consent === granted) return;
    if (!granted) open.device.clear(); // At once, whatever becomes of the rest.
    act(open, (actions) => actions.changeConsent(open, granted));
  }
  for (const place of places(element, script)) {
    observer.observe(place, { attributes: true, attributeFilter: ATTRIBUTES });
  }
  life.addEventListener("abort", () => {
    observer.disconnect();
    draw([]);
  });

  /** @param {(box: Box, event: Event) => unknown} act @returns {(event: Event) => void} */
  const whenOpen = (act) => (event) => {
    const open = box;
    if (open?.state.phase === "ready") open.run(() => act(open, event));
  };
  const options = { signal: life };
  addEventListener("hashchange", whenOpen(followAddress), options);
  addEventListener("online", () => box?.state.phase === "failed" && start(), options);
  document.addEventListener(
    "comment-consent",
    (event) => {
      const granted = event instanceof CustomEvent && event.detail?.granted;
      if (typeof granted !== "boolean") return;
      banner = granted;
      agree(granted);
    },
    options,
  );
  // Another box on the page, or one in another tab: consent is the reader's, not one box's.
  document.addEventListener(
    "comment-thread:consent",
    (event) => {
      if (event.target === element || !(event instanceof CustomEvent)) return;
      agree(Boolean(event.detail?.granted));
    },
    options,
  );
  watchTheme(life, () => box?.set({}));
  start();
}

/** What was announced goes after a while. @param {Box} box @param {string} words */
function forget(box, words) {
  later(box.signal, TOAST_MS, () => {
    if (box.state.announcement === words) box.set({ announcement: "" });
  });
}

/** @param {Settings} settings */
function threadOf({ site, url, thread }) {
  return JSON.stringify([site, thread || url]);
}

/** @param {State} state @returns {Partial<State>} */
function whatWasTyped({ drafts, author, answers, own }) {
  return { drafts, author, answers, own };
}

/** @param {Settings} settings @returns {State} */
function emptyState(settings) {
  return {
    phase: "loading",
    failure: "",
    thread: null,
    comments: [],
    after: null,
    form: null,
    sort: settings.sort,
    partial: false,
    fresh: null,
    moved: null,
    drafts: {},
    author: {},
    answers: {},
    own: {},
    notes: {},
    marked: null,
    votes: {},
    deleting: null,
    reporting: null,
    writing: false,
    notify: "none",
    subscribing: null,
    busy: "",
    consent: false,
    privacy: false,
    announcement: "",
  };
}
