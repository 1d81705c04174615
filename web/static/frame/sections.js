// The pages people may go to from any page, in the order of the bar: name (its word is `section.<name>`), address, needed right.

export const SECTIONS = [
  ["console", "/", "see"],
  ["wallboard", "/wallboard", "wallboard"],
  ["people", "/people", "people"],
  ["ledger", "/ledger", "own_ledger"],
];
