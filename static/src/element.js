/** `<comment-thread>`: waits until it is near, then lets the box in. */
import { importVerified } from "./verified.js";

/** How far below the viewport a thread begins to load. */
const NEAR = "600px";

/** @typedef {{server: string, script: HTMLElement | null}} Origin where the widget comes from */

/**
 * Define the element. A script that runs again, as after a page change without a reload, only
 * says where it comes from now.
 *
 * @param {Origin} origin
 * @returns {() => boolean} whether no later script has taken over
 */
export function defineThread(origin) {
  const known = customElements.get("comment-thread");
  const element = /** @type {{origin?: Origin} | undefined} */ (known) ?? threadElement(origin);
  if (!known)
    customElements.define("comment-thread", /** @type {CustomElementConstructor} */ (element));
  element.origin = origin;
  return () => element.origin === origin;
}

/** @param {Origin} first */
function threadElement(first) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":host{display:block;min-height:24rem}");

  return class CommentThread extends HTMLElement {
    static origin = first;
    /** @type {AbortController | null} */
    #life = null;

    connectedCallback() {
      const life = (this.#life = new AbortController());
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      // Room is kept before anything loads: the page below doesn't jump.
      root.adoptedStyleSheets = [sheet];
      whenNear(this, life.signal, () => open(this, root, CommentThread.origin, life.signal));
    }

    disconnectedCallback() {
      this.#life?.abort();
    }
  };
}

/** @param {Element} element @param {AbortSignal} signal @param {() => void} act */
function whenNear(element, signal, act) {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: NEAR },
  );
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
}

/**
 * @param {HTMLElement} element
 * @param {ShadowRoot} root
 * @param {Origin} origin
 * @param {AbortSignal} signal
 */
async function open(element, root, origin, signal) {
  try {
    const address = `${origin.server}/static/box.js?v=${BOX_VERSION}`;
    const box = /** @type {typeof import("./box.js")} */ (
      await importVerified(address, BOX_INTEGRITY, origin.script)
    );
    if (!signal.aborted) box.mount(element, root, origin, signal);
  } catch (error) {
    const message = "The comments can’t be loaded right now.";
    const words = document.createElement("p");
    words.textContent = message;
    root.replaceChildren(words);
    const detail = { message, status: 0, reason: String(error) };
    element.dispatchEvent(
      new CustomEvent("comment-thread:error", { bubbles: true, composed: true, detail }),
    );
  }
}
