/** The loader: the one script tag. Finds or makes the boxes, and fills the counts. */
import { fillCounts } from "./count.js";
import { defineThread } from "./element.js";

const BOXES = "comment-thread,[data-comment-thread]";
/** Changes come in crowds; one look is enough for a crowd. */
const CROWD_MS = 50;

const script =
  document.currentScript ?? document.querySelector("script[src*='embed.js'][data-site]");
if (script instanceof HTMLScriptElement)
  begin(script, script.src.replace(/\/(static\/)?embed\.js.*/, ""));

/** @param {HTMLScriptElement} tag @param {string} server */
function begin(tag, server) {
  let isNewest = () => true;
  try {
    isNewest = defineThread({ server, script: tag });
    if (document.readyState !== "loading") settle();
    else document.addEventListener("DOMContentLoaded", settle, { once: true });
  } catch (error) {
    console.warn("Comment Widget could not start:", error); // It must not stop the page's own scripts.
  }

  function settle() {
    // A page with counts alone, as a list of articles, is not asking for a box.
    if (!document.querySelector(`${BOXES},[data-comment-count]`)) place(tag);
    look();
    let waiting = 0;
    new MutationObserver((_, observer) => {
      if (!isNewest()) return observer.disconnect();
      waiting ||= setTimeout(() => {
        waiting = 0;
        look();
      }, CROWD_MS);
    }).observe(document, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["data-comment-count", "data-comment-thread"],
    });
  }

  function look() {
    for (const around of document.querySelectorAll("[data-comment-thread]")) {
      if (around.localName !== "comment-thread" && !around.querySelector("comment-thread")) {
        around.append(document.createElement("comment-thread"));
      }
    }
    fillCounts(server, tag);
  }
}

/**
 * Neither element nor box: the thread comes where the script stands.
 *
 * @param {HTMLScriptElement} tag
 */
function place(tag) {
  const thread = document.createElement("comment-thread");
  if (document.head.contains(tag)) document.body.append(thread);
  else tag.after(thread);
}
