/** A picture drawn from an opaque value: the same author, the same picture, and no request. */
import { h } from "./view.js";

/**
 * @param {string} value the server's keyed hash, in hex
 * @param {string | null} name
 */
export function avatar(value, name) {
  const bits = parseInt(value.slice(0, 8), 16) || 0;
  const hue = bits % 360;
  const turn = (bits >>> 9) % 360;
  const other = (hue + 30 + ((bits >>> 18) % 60)) % 360;
  return h(
    "svg:svg",
    { class: "avatar", part: "avatar", viewBox: "0 0 40 40", "aria-hidden": "true" },
    h("svg:rect", { width: 40, height: 40, fill: `hsl(${hue} 42% 38%)` }),
    h("svg:circle", {
      cx: 34,
      cy: 34,
      r: 8 + ((bits >>> 24) % 16),
      fill: `hsl(${other} 46% 32%)`,
      transform: `rotate(${turn} 20 20)`,
    }),
    name ? letter(name) : person(),
  );
}

/** @param {string} name */
function letter(name) {
  const [first = ""] = name.trim();
  return h("svg:text", { x: 20, y: 26.5, "text-anchor": "middle" }, first.toLocaleUpperCase());
}

function person() {
  return h("svg:path", {
    d: "M20 9a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm0 17c7 0 12 3 13 9H7c1-6 6-9 13-9Z",
  });
}
