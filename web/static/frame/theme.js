// Light, dark, or as the computer has it; kept for this browser.

import { signal } from "../vendor/preact.js";

export const THEMES = ["auto", "light", "dark"];
const KEPT = "earshot.theme"; // first-theme.js reads it too

const kept = localStorage.getItem(KEPT);
export const theme = signal(THEMES.includes(kept) ? kept : "auto");

/** @param {string} wanted one of THEMES */
export function useTheme(wanted) {
  theme.value = wanted;
  if (wanted === "auto") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEPT);
  } else {
    document.documentElement.dataset.theme = wanted;
    localStorage.setItem(KEPT, wanted);
  }
}
