// What a page shows stands in its address, so that it can be kept, sent and gone back to.

import { signal } from "../vendor/preact.js";

/** @param {Record<string, string>} usual values that need not stand there */
export function addressed(usual) {
  const read = () => ({ ...usual, ...Object.fromEntries([...new URLSearchParams(location.search)].filter(([name]) => name in usual)) });
  const state = signal(read());
  addEventListener("popstate", () => (state.value = read()));
  const change = (changed, { replace = false } = {}) => {
    const next = { ...state.value, ...changed };
    const told = Object.entries(next).filter(([name, value]) => value !== usual[name] && value !== "");
    const search = new URLSearchParams(told).toString();
    history[replace ? "replaceState" : "pushState"](null, "", `${location.pathname}${search ? `?${search}` : ""}`);
    state.value = next;
  };
  return { state, change };
}
