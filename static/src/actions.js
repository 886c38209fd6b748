/** What a reader may do. It is not needed for a first view and comes when somebody acts. */
export { format, walk } from "./formatting.js";
export { enActions } from "./locale/en_actions.js";
export { loadMore, loadReplies, showNews, sortBy } from "./more.js";
export { watchHeld } from "./watching.js";
export { closeDraft, openEdit, openReply, remove, submit, togglePreview } from "./writing.js";
