// Days as the browser's clock has them: `2026-11-23`, and the moments where they begin and end.

/** @param {number} ago how many days before today */
export function dayText(ago = 0) {
  const at = new Date();
  at.setDate(at.getDate() - ago);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

/** The day's first moment. @param {string} day */
export function beginOf(day) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date).toISOString();
}

/** The first moment of the day after. @param {string} day */
export function endOf(day) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + 1).toISOString();
}

export const PERIODS = [
  ["today", 0, 0],
  ["yesterday", 1, 1],
  ["week", 6, 0],
  ["month", 29, 0],
];
