// The pages people may go to from any page, in the order of the bar: name (its word is `section.<name>`), address.

export const SECTIONS = [
  ["console", "/"],
  ["wallboard", "/wallboard"],
];
