/** What a reader may do. It is not needed for a first view and comes when somebody acts. */
import css from "./form.css";

export { takeChallenges } from "./challenges.js";
export { formView } from "./form.js";
export { default as enActions } from "./locale/en_actions.json";
export { loadMore, loadReplies, showNews, sortBy } from "./more.js";
export { editView, notesView, ownActs, standing, sureView } from "./own.js";
export { changeConsent, privacyPanel } from "./privacy.js";
export { openReport, reportView, vote } from "./reacting.js";
export { subscribePanel } from "./subscribing.js";
export { watchHeld } from "./watching.js";
export { openReply, submit } from "./writing.js";

/** The styles of what only a writer sees. */
export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
