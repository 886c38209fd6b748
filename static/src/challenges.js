/** What plugins want to be fresh for each writer; work that the browser is asked to do. */
/** @import { Box } from "./types.js" */
import { freshForm } from "./writing_api.js";

/** More work than any site asks for. */
const MAX_TRIES = 100_000;

/**
 * Fetch and answer the challenges that are open, once. They are kept for a retry.
 *
 * @param {Box} box
 */
export async function takeChallenges(box) {
  const { form, answers } = box.state;
  const open = form?.fields.some(({ type, name }) => type === "challenge" && !(name in answers));
  if (!open) return;
  const { fields } = await freshForm(box.api);
  for (const { type, name, value } of fields) {
    if (type !== "challenge") continue;
    const answer = await solve(value ?? "", box.signal);
    box.set({ answers: { ...box.state.answers, [name]: answer } });
  }
}

/** Let challenges be taken anew: those there are were too old. @param {Box} box */
export function dropChallenges(box) {
  const answers = { ...box.state.answers };
  for (const { type, name } of box.state.form?.fields ?? []) {
    if (type === "challenge") delete answers[name];
  }
  box.set({ answers });
}

/**
 * Do the work of an ALTCHA challenge (version 2, PBKDF2): find the counter whose key begins as it
 * should. What is no such challenge goes back as it came; so does work that this page can't do,
 * because it has no https.
 *
 * @param {string} value
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function solve(value, signal) {
  /** @type {{parameters?: Record<string, any>}} */
  let challenge;
  try {
    challenge = JSON.parse(value);
  } catch {
    return value;
  }
  const { algorithm = "", nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters ?? {};
  const [kind, hash] = algorithm.split("/");
  if (kind !== "PBKDF2" || !crypto.subtle) return value;
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const how = { name: kind, hash, salt: bytes(salt), iterations: cost };
  for (let counter = 0; counter < MAX_TRIES; counter++) {
    signal.throwIfAborted();
    new DataView(password.buffer).setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, kind, false, ["deriveBits"]);
    const derived = await crypto.subtle.deriveBits(how, key, keyLength * 8);
    const derivedKey = hex(new Uint8Array(derived));
    if (derivedKey.startsWith(keyPrefix)) {
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
  }
  return value;
}

/** @param {string} digits */
function bytes(digits) {
  return new Uint8Array((digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
}

/** @param {Uint8Array} all */
function hex(all) {
  return [...all].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
