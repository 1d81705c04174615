// The pages people may go to from any page, in the order of the bar: name (its word is `section.<name>`), address, needed right.

export const SECTIONS = [
  ["console", "/", "see"],
  ["wallboard", "/wallboard", "wallboard"],
  ["history", "/history", "see"],
  ["figures", "/figures", "figures"],
  ["rules", "/rules", "read_rules"],
  ["admin", "/admin/feeds", "operate"],
  ["people", "/people", "people"],
  ["ledger", "/ledger", "own_ledger"],
];
