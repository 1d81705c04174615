// The pages people may go to from any page, in the order of the bar: name (its word is `section.<name>`), address, needed right;
// of a group of pages those pages, and the way leads to the first that somebody may see; the last: the right of those who see more.

import { INSPECTION } from "./inspection-pages.js";

export const SECTIONS = [
  ["console", "/", "see"],
  ["wallboard", "/wallboard", "wallboard"],
  ["history", "/history", "see"],
  ["figures", "/figures", "figures"],
  ["own", "/own", "own_scores", null, "scores"],
  ["inspection", "/inspection", null, INSPECTION],
  ["rules", "/rules", "read_rules"],
  ["admin", "/admin/feeds", "operate"],
  ["people", "/people", "people"],
  ["ledger", "/ledger", "own_ledger"],
];
