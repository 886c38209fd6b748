/** `@name`: people of the thread to pick from, and the link to what they wrote. */
/** @import { Box, Comment, Draft, Mention } from "./types.js" */
import { changeDraft } from "./drafts.js";
import { h } from "./view.js";

/** An @ at the beginning or after a gap, and up to two words after it, to where the caret is. */
const MENTION = /(?:^|[\s(])@(\S{0,40}(?: \S{0,40})?)$/u;
const MAX_PEOPLE = 6;

/**
 * Find out whether somebody is being mentioned where the caret is.
 *
 * @param {Box} box @param {Draft} draft @param {HTMLTextAreaElement} field
 * @returns {Mention | null}
 */
export function mentionIn(box, draft, field) {
  const before = field.value.slice(0, field.selectionStart);
  const words = MENTION.exec(before)?.[1];
  if (words === undefined || field.selectionStart !== field.selectionEnd) return null;
  const begun = ` ${plain(words)}`;
  const people = peopleOf(box, draft).filter(({ name }) => ` ${plain(name)}`.includes(begun));
  if (!people.length) return null;
  const from = field.selectionStart - words.length - 1;
  return { from, people: people.slice(0, MAX_PEOPLE), chosen: 0 };
}

/** A name as it is searched: "Émilie" is found by "emi". @param {string} name */
function plain(name) {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

/**
 * Who wrote in the thread, each once with their last comment; who is answered comes first.
 *
 * @param {Box} box @param {Draft} draft
 */
function peopleOf({ state }, draft) {
  /** @type {Map<string, number>} */
  const people = new Map();
  /** @param {Comment[]} comments */
  const collect = (comments) => {
    for (const { id, author, replies } of comments) {
      if (author?.name && people.get(author.name) !== draft.target) people.set(author.name, id);
      collect(replies.comments);
    }
  };
  collect(state.comments);
  return [...people]
    .map(([name, id]) => ({ name, id }))
    .sort((one, other) => Number(other.id === draft.target) - Number(one.id === draft.target));
}

/**
 * Let the arrows choose, Enter or Tab take, Escape leave; whether the key was for the list.
 *
 * @param {Box} box @param {Draft} draft @param {string} name @param {KeyboardEvent} event
 */
export function pickByKey(box, draft, name, event) {
  const { mention } = draft;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!mention || event.ctrlKey || event.metaKey) return false;
  if (step) {
    const chosen = (mention.chosen + step + mention.people.length) % mention.people.length;
    changeDraft(box, name, { mention: { ...mention, chosen } });
  } else if (event.key === "Enter" || event.key === "Tab") {
    take(draft, /** @type {HTMLTextAreaElement} */ (event.target), mention.chosen);
  } else if (event.key === "Escape") {
    changeDraft(box, name, { mention: null });
  } else {
    return false;
  }
  event.preventDefault();
  return true;
}

/** Write the link in place of what was typed. @param {Draft} draft @param {HTMLTextAreaElement} field @param {number} chosen */
function take({ mention }, field, chosen) {
  const person = mention?.people[chosen];
  if (!mention || !person) return;
  const name = person.name.replace(/[\\[\]*_`<]/g, "\\$&");
  field.setRangeText(`[@${name}](#comment-${person.id}) `, mention.from, field.selectionStart, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/** @param {Box} box @param {Draft} draft @param {string} name */
export function peopleView({ t }, draft, name) {
  const { mention } = draft;
  if (!mention) return null;
  return h(
    "ul",
    { key: "people", id: `${name}-people`, class: "people", role: "listbox", "aria-label": t("mentions") },
    mention.people.map((person, at) =>
      h(
        "li",
        {
          key: String(person.id),
          id: `${name}-person-${at}`,
          role: "option",
          "aria-selected": String(at === mention.chosen),
          onmousedown: (/** @type {Event} */ event) => event.preventDefault(), // The text keeps the focus.
          onclick: (/** @type {Event} */ { currentTarget }) => {
            const form = /** @type {Element} */ (currentTarget).closest("form");
            const field = form?.querySelector("textarea");
            if (field) take(draft, field, at);
          },
        },
        person.name,
      ),
    ),
  );
}

/** What the field tells a screen reader of the list. @param {Draft} draft @param {string} name */
export function mentionAttributes({ mention }, name) {
  return {
    "aria-autocomplete": "list",
    "aria-controls": mention ? `${name}-people` : null,
    "aria-activedescendant": mention ? `${name}-person-${mention.chosen}` : null,
  };
}
