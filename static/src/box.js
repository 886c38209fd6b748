/** The box: what the loader imports once a thread comes near the viewport. */
import css from "./thread.css";
import { mount as mountThread } from "./thread.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** @type {typeof mountThread} */
export function mount(element, root, origin, life) {
  root.adoptedStyleSheets = [sheet];
  mountThread(element, root, origin, life);
}
