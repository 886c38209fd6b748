/** Waiting that ends with its signal, so that a removed box leaves nothing behind. */

/** @param {AbortSignal} signal @param {number} delay_ms @param {() => void} act */
export function later(signal, delay_ms, act) {
  if (signal.aborted) return;
  const stop = () => clearTimeout(timer);
  const timer = setTimeout(() => {
    signal.removeEventListener("abort", stop);
    act();
  }, delay_ms);
  signal.addEventListener("abort", stop, { once: true });
}

/**
 * Act after a while, and only while somebody looks: a hidden page waits until it is shown.
 *
 * @param {AbortSignal} signal @param {number} delay_ms @param {() => void} act
 */
export function whileSeen(signal, delay_ms, act) {
  later(signal, delay_ms, () => {
    if (!document.hidden) return act();
    const seen = new AbortController();
    const shown = () => {
      if (document.hidden) return;
      seen.abort();
      act();
    };
    const until = AbortSignal.any([signal, seen.signal]);
    document.addEventListener("visibilitychange", shown, { signal: until });
  });
}
