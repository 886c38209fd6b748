/**
 * State → view: `h` describes nodes, `makeDraw` makes the page match a description.
 *
 * Nodes that stay the same stay, with their focus, selection and scroll place; that is why the
 * views can describe everything each time.
 */
import { safeNodes } from "./safe_nodes.js";

/**
 * @typedef {{tag: string, key: string, props: Props, children: View[], node?: Node}} View
 *   a text has the tag "" and its words as key
 * @typedef {Record<string, unknown>} Props attributes; `onclick`… listeners; `html` server HTML
 * @typedef {View | string | number | null | undefined | false} Child
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Describe an element. `props.key` tells siblings apart; a tag "svg:…" is SVG's.
 *
 * @param {string} tag
 * @param {Props} [props]
 * @param {(Child | Child[])[]} children
 * @returns {View}
 */
export function h(tag, props = {}, ...children) {
  const kept = children.flat().filter((child) => child || child === 0);
  return {
    tag,
    key: typeof props["key"] === "string" ? props["key"] : "",
    props,
    children: kept.map((child) =>
      typeof child === "object" && child
        ? child
        : { tag: "", key: String(child), props: {}, children: [] },
    ),
  };
}

/**
 * @param {ParentNode & Node} parent
 * @param {(error: unknown) => void} failed told what a listener throws
 * @returns {(views: View[]) => void}
 */
export function makeDraw(parent, failed) {
  /** @type {WeakMap<Node, Props>} */
  const listeners = new WeakMap();
  /** @type {View[]} */
  let drawn = [];

  /** @param {Event} event */
  function hear(event) {
    const act = listeners.get(/** @type {Node} */ (event.currentTarget))?.[`on${event.type}`];
    try {
      if (typeof act === "function") act(event);
    } catch (error) {
      failed(error);
    }
  }

  /** @param {View} view @returns {Node} */
  function create(view) {
    if (!view.tag) return document.createTextNode(view.key);
    const node = view.tag.startsWith("svg:")
      ? document.createElementNS(SVG, view.tag.slice(4))
      : document.createElement(view.tag);
    match(node, [], view.children); // First: the value of a select is one of its options.
    change(node, {}, view.props);
    return node;
  }

  /** @param {Element} node @param {Props} before @param {Props} after */
  function change(node, before, after) {
    listeners.set(node, after);
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const value = after[name];
      if (name === "key") continue;
      if (name.startsWith("on")) {
        if (!(name in before)) node.addEventListener(name.slice(2), hear);
      } else if (name === "html") {
        if (value !== before["html"]) node.replaceChildren(safeNodes(String(value)));
      } else if (name === "value" || name === "checked") {
        const live = /** @type {HTMLElement & Record<string, unknown>} */ (node);
        if (live[name] !== value) live[name] = value;
      } else if (value !== before[name]) {
        if (value === null || value === undefined || value === false) node.removeAttribute(name);
        else node.setAttribute(name, value === true ? "" : String(value));
      }
    }
  }

  /** @param {Node} node @param {View[]} before @param {View[]} after */
  function match(node, before, after) {
    const left = new Set(before);
    /** @type {Map<string, View[]>} */
    const known = new Map();
    for (const view of before) {
      const name = view.tag && `${view.tag} ${view.key}`;
      known.set(name, [...(known.get(name) ?? []), view]);
    }
    for (const view of after) {
      const old = known.get(view.tag && `${view.tag} ${view.key}`)?.shift();
      if (!old?.node) {
        view.node = create(view);
        continue;
      }
      left.delete(old);
      view.node = old.node;
      if (old === view) continue;
      if (!view.tag) {
        if (old.key !== view.key) view.node.textContent = view.key;
      } else {
        change(/** @type {Element} */ (view.node), old.props, view.props);
        if (!("html" in view.props)) match(view.node, old.children, view.children);
      }
    }
    for (const view of left) view.node?.parentNode?.removeChild(view.node);
    let place = node.firstChild;
    for (const { node: child } of after) {
      if (child === place) place = place?.nextSibling ?? null;
      else if (child) node.insertBefore(child, place);
    }
  }

  return (views) => {
    match(parent, drawn, views);
    drawn = views;
  };
}
