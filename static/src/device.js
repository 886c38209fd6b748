/** What is kept on the reader's device: nothing before consent, all gone when it is withdrawn. */

/**
 * @typedef {ReturnType<typeof makeDevice>} Device
 * @param {string} site
 */
export function makeDevice(site) {
  const prefix = `comment-widget:${site}:`;

  /**
   * A page may forbid storage altogether.
   *
   * @template T
   * @param {(store: Storage) => T} use
   * @returns {T | null}
   */
  function attempt(use) {
    try {
      return use(localStorage);
    } catch {
      return null; // No storage, or full: the box works without, it only forgets.
    }
  }

  return {
    /** @param {string} name @returns {unknown} */
    read: (name) => attempt((store) => JSON.parse(store.getItem(prefix + name) ?? "null")),
    /** @param {string} name @param {unknown} value kept as JSON; null removes it */
    write: (name, value) =>
      attempt((store) => {
        if (value === null) store.removeItem(prefix + name);
        else store.setItem(prefix + name, JSON.stringify(value));
      }),
    /** Remove everything. */
    clear: () =>
      attempt((store) => {
        for (const key of Object.keys(store)) if (key.startsWith(prefix)) store.removeItem(key);
      }),
  };
}
