/**
 * The wire contract and the state of a box, as types. Nothing runs here.
 *
 * @typedef {{name: string | null, website: string | null, avatar: string, badge: string | null}} Author
 * @typedef {{count: number, comments: Comment[], after: string | null}} Replies
 * @typedef {object} Comment
 * @property {number} id
 * @property {number | null} parent
 * @property {Author | null} author
 * @property {string} html
 * @property {string} created
 * @property {string | null} edited
 * @property {"author" | "moderator" | null} [edited_by]
 * @property {number | null} number its place in the order of publication
 * @property {number} score
 * @property {boolean} pinned
 * @property {boolean} featured
 * @property {boolean} deleted
 * @property {Replies} replies
 *
 * @typedef {{id: number | null, url: string, title: string | null, state: string, count: number, version: number}} Thread
 * @typedef {"off" | "optional" | "required"} Presence
 * @typedef {{name: Presence, email: Presence, website: Presence}} AuthorFields
 * @typedef {{href: string, text: string}} Link
 * @typedef {object} Field
 * @property {string} name
 * @property {"checkbox" | "hidden" | "text" | "challenge"} type
 * @property {string} label
 * @property {boolean} required
 * @property {string | null} [help]
 * @property {string | null} [value]
 * @property {string | null} [purpose]
 * @property {string | null} [version]
 * @property {Link | null} [link]
 *
 * @typedef {{plugin: string, html: string}} Notice
 * @typedef {object} Form
 * @property {Field[]} fields
 * @property {Notice[]} notices
 * @property {AuthorFields} author
 * @property {number} max_length
 * @property {number} max_depth
 * @property {number} edit_window_s
 * @property {string} policy
 * @property {"off" | "up" | "both"} votes
 * @property {boolean} flags readers may report comments
 * @property {boolean} numbers comments show theirs
 * @property {boolean} subscriptions readers may ask for mail
 *
 * @typedef {{thread: Thread, comments: Comment[], after: string | null, form: Form}} ThreadPage
 * @typedef {{comments: Comment[], after: string | null}} RepliesPage
 * @typedef {{status: string, comment: Comment, token: string, message: string | null}} Posted
 * @typedef {{status: string, comment: Comment | null, message: string | null}} Edited
 * @typedef {{status: string, comment: Comment, message: string | null}} Found
 * @typedef {{field: string, message: string}} FieldError
 * @typedef {{name?: string, email?: string, website?: string}} Writer
 * @typedef {{site: string, url: string, thread?: string, title: string, parent: number | null,
 *   author: Writer, body: string, subscribe: false | Notify, answers: Record<string, unknown>}} Submission
 * @typedef {"none" | "replies" | "thread"} Notify what a writer wants mail about
 *
 * @typedef {object} Settings What the attributes say.
 * @property {string} server the address of the server, without a slash at its end
 * @property {string} site
 * @property {string} url the page's
 * @property {string} thread an explicit thread id, or ""
 * @property {string} title
 * @property {string} lang
 * @property {"auto" | "light" | "dark"} theme
 * @property {Sort} sort
 * @property {string} css an extra stylesheet, or ""
 * @property {string} consent "granted", "denied", or "" where the page says nothing
 *
 * @typedef {"oldest" | "newest" | "best"} Sort
 *
 * @typedef {object} Draft A text that is being written.
 * @property {"new" | "reply" | "edit"} kind
 * @property {number | null} target the comment that is answered or edited
 * @property {string} body
 * @property {boolean} sending
 * @property {Record<string, string>} errors by field
 * @property {string} message why it did not go through, in words
 * @property {string | null} preview HTML of the server
 * @property {{text: string, key: string} | null} attempt what was sent, under which key
 * @property {Mention | null} mention who may be meant by the @ before the caret
 *
 * @typedef {{from: number, people: {name: string, id: number}[], chosen: number}} Mention
 *
 * @typedef {object} Own A comment of this reader's.
 * @property {string} token
 * @property {string} body as it was written
 * @property {string} status
 * @property {string} created
 * @property {Comment | null} [held] what readers don't see yet
 * @property {string | null} [message] why it was refused, in the moderators' words
 * @property {boolean} [asked] the moderators were asked to look at it
 *
 * @typedef {object} State Everything that the box shows.
 * @property {"loading" | "ready" | "failed"} phase
 * @property {string} failure
 * @property {Thread | null} thread
 * @property {Comment[]} comments
 * @property {string | null} after
 * @property {Form | null} form
 * @property {Sort} sort
 * @property {boolean} partial the page begins in the middle of the thread
 * @property {{href: string, message: string} | null} moved where the comment is that was asked for
 * @property {ThreadPage | null} fresh a newer page that the reader has not asked for yet
 * @property {Record<string, Draft>} drafts
 * @property {Writer} author
 * @property {Record<string, unknown>} answers to the plugins' fields
 * @property {Record<number, Own>} own
 * @property {Record<number, string>} notes words about one comment
 * @property {Record<number, number>} votes of this reader, by comment
 * @property {number | null} marked
 * @property {number | null} deleting asks "are you sure?"
 * @property {number | null} reporting the comment whose report is being written
 * @property {boolean} writing the form for a new comment is open
 * @property {string} busy the button whose answer is awaited
 * @property {boolean} consent
 * @property {Notify} notify
 * @property {string | null} subscribing what the open form at the foot says
 * @property {boolean} privacy the privacy panel is open
 * @property {string} announcement
 *
 * @typedef {object} Box What the actions and views of one thread are given.
 * @property {State} state
 * @property {(changes: Partial<State>) => void} set changes the state and draws it
 * @property {import("./i18n.js").Translate} t
 * @property {string} locale
 * @property {string} dir which way the language is written
 * @property {import("./act.js").Actions | null} actions once they are loaded
 * @property {(sheet: CSSStyleSheet) => void} wear more styles
 * @property {ReturnType<typeof import("./i18n.js").speak>["learn"]} learn takes more words
 * @property {import("./time.js").Times} times
 * @property {WeakMap<object, {of: unknown[], view: import("./view.js").View}>} drawn the views of
 *   comments and what they were made of
 * @property {Settings} settings
 * @property {HTMLElement | null} script the page's script tag
 * @property {import("./api.js").Api} api
 * @property {import("./device.js").Device} device
 * @property {AbortSignal} signal ends with the box, or with this thread of it
 * @property {(name: string, detail: Record<string, unknown>) => void} emit
 * @property {(id: string) => void} focus
 * @property {(action: () => unknown) => void} run an action; what it throws becomes words
 */
export {};
