// @ts-check
// Passkeys: a form marked so asks the server for a challenge, has the browser answer it, and is
// then sent as any other form.

/** What the server asks of the browser, its bytes as base64url.
 * @typedef {Record<string, any>} Options */

const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";

document.documentElement.classList.add("js");
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (form instanceof HTMLFormElement) watch(form);
}

/** @param {HTMLFormElement} form */
function watch(form) {
  if (!("credentials" in navigator) || !("PublicKeyCredential" in window)) {
    for (const button of form.elements) if (button instanceof HTMLButtonElement) button.disabled = true;
    say(form.dataset.failed ?? "");
    return;
  }
  let isAsking = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    say("");
    void answer(form).then(
      (sent) => {
        field(form).value = JSON.stringify(sent);
        form.submit();
      },
      (error) => {
        isAsking = false;
        say(error instanceof Refusal ? error.message : (form.dataset.failed ?? ""));
      },
    );
  });
}

/** A sentence of the server's for whoever asked. */
class Refusal extends Error {}

/** @param {HTMLFormElement} form @returns {Promise<object>} the browser's answer, ready to be sent */
async function answer(form) {
  const options = await challenge(form);
  const publicKey = /** @type {any} */ ({ ...options, challenge: bytes(options.challenge) });
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    const known = /** @type {Options[] | undefined} */ (options[list]);
    if (known) publicKey[list] = known.map((one) => ({ ...one, id: bytes(one.id) }));
  }
  if (form.dataset.passkey === "create") {
    publicKey.user = { ...options.user, id: bytes(options.user.id) };
    return plain(await navigator.credentials.create({ publicKey }));
  }
  return plain(await navigator.credentials.get({ publicKey }));
}

/** @param {HTMLFormElement} form @returns {Promise<Options>} */
async function challenge(form) {
  const fields = new URLSearchParams("second" in form.dataset ? { second: "1" } : {});
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const address = form.dataset.challenge ?? "";
  const reply = await fetch(address, { method: "POST", headers, body: fields, redirect: "error" });
  const content = await reply.json();
  if (!reply.ok) throw new Refusal(content.detail);
  return content;
}

/** @param {Credential | null} made @returns {object} it as JSON, its bytes as base64url */
function plain(made) {
  if (!(made instanceof PublicKeyCredential)) throw new TypeError("no passkey");
  const response = /** @type {any} */ (made.response);
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const present = names.filter((name) => response[name]);
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: Object.fromEntries(present.map((name) => [name, text(response[name])])),
  };
}

/** @param {HTMLFormElement} form @returns {HTMLInputElement} */
function field(form) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem("passkey"));
}

/** @param {string} words */
function say(words) {
  const place = document.querySelector("#passkey-said");
  if (place) place.textContent = words;
}

/** @param {string} encoded @returns {Uint8Array<ArrayBuffer>} */
function bytes(encoded) {
  const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (one) => one.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer @returns {string} */
function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
