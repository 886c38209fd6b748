/**
 * Server HTML → nodes by allow-list.
 *
 * The server sends what its sanitiser serialised: a few tags, quoted attributes. This reads just
 * that and makes each node itself, so there is no HTML sink that a page's Trusted Types could
 * refuse, and nothing that is not on the list can come to be, whatever the text says. What isn't
 * understood is shown as text.
 */

const TAGS = new Set("a blockquote br code del em hr li ol p pre strong ul".split(" "));
const VOID = new Set(["br", "hr"]);
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>|[^<]+|</gi;
const ATTRIBUTE = /([a-z-]+)="([^"]*)"/gi;
const LINK = /^(https?:\/\/|mailto:|#comment-\d+$)/i;
const ENTITY = /&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi;
/** @type {Record<string, string>} */
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
const MAX_DEPTH = 60;

/**
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function safeNodes(html) {
  const fragment = document.createDocumentFragment();
  /** @type {(DocumentFragment | HTMLElement)[]} */
  const open = [fragment];
  for (const token of html.matchAll(TOKEN)) {
    const tag = token[2]?.toLowerCase();
    const top = /** @type {HTMLElement} */ (open.at(-1));
    if (!tag) top.append(decode(token[0]));
    else if (!TAGS.has(tag)) continue;
    else if (token[1]) close(open, tag);
    else {
      const element = document.createElement(tag);
      describe(element, tag, token[3] ?? "");
      top.append(element);
      if (!VOID.has(tag) && open.length < MAX_DEPTH) open.push(element);
    }
  }
  return fragment;
}

/** @param {(DocumentFragment | HTMLElement)[]} open @param {string} tag */
function close(open, tag) {
  const at = open.findLastIndex((node) => node.nodeName.toLowerCase() === tag);
  if (at > 0) open.length = at;
}

/** @param {HTMLElement} element @param {string} tag @param {string} attributes */
function describe(element, tag, attributes) {
  for (const [, name, raw = ""] of attributes.matchAll(ATTRIBUTE)) {
    const value = decode(raw);
    if (tag === "a" && name === "href" && LINK.test(value)) {
      element.setAttribute("href", value);
      element.setAttribute("rel", "nofollow ugc noopener noreferrer");
    } else if (tag === "ol" && name === "start" && /^\d{1,9}$/.test(value)) {
      element.setAttribute("start", value);
    }
  }
}

/** @param {string} text */
function decode(text) {
  return text.replace(ENTITY, (whole, name, decimal, hex) => {
    if (name) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
