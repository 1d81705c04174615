// The fields of each kind of entry, and how they are written in a form: several values parted by blanks, hours as in the file.

import { t } from "../lib/i18n.js";

export const KINDS = ["people", "teams", "sites", "queues", "routes"];
export const ROLES = ["agent", "supervisor", "floor_manager", "inspector", "qa_lead", "project_owner"];
const SEVERITIES = ["info", "minor", "major", "critical"];

/** Name, sort, choices. Sorts: text, many (several ids), choices (some of), one (one of), duty. */
export const FIELDS = {
  people: [["id", "text"], ["name", "text"], ["roles", "choices", ROLES], ["teams", "many"], ["queues", "many"], ["sites", "many"], ["extension", "text"], ["timezone", "text"], ["duty", "duty"]],
  teams: [["id", "text"], ["name", "text"], ["site", "text"]],
  sites: [["id", "text"], ["name", "text"], ["timezone", "text"]],
  queues: [["id", "text"], ["name", "text"], ["team", "text"], ["site", "text"]],
  routes: [["id", "text"], ["min_severity", "one", SEVERITIES], ["team", "text"], ["queue", "text"], ["site", "text"], ["first", "many"], ["second", "many"], ["third", "many"]],
};
export const COLUMNS = {
  people: ["id", "name", "roles", "teams", "queues", "extension", "duty"],
  teams: ["id", "name", "site"],
  sites: ["id", "name", "timezone"],
  queues: ["id", "name", "team", "site"],
  routes: ["id", "min_severity", "team", "queue", "site", "first", "second", "third"],
};

/** An entry as the fields of a form hold it. */
export function textsOf(kind, entry) {
  return Object.fromEntries(
    FIELDS[kind].map(([name, sort, options]) => {
      const value = entry[name];
      if (sort === "choices") return [name, value ?? ["supervisor"]];
      if (sort === "one") return [name, value ?? options[0]];
      if (sort === "many") return [name, (value ?? []).join(" ")];
      if (sort === "duty") return [name, (value ?? []).map(hoursOf).join("; ")];
      return [name, value ?? ""];
    }),
  );
}

/** What the form holds as an entry; what is empty is left out. */
export function entryOf(kind, texts) {
  const entry = {};
  for (const [name, sort] of FIELDS[kind]) {
    const value = typeof texts[name] === "string" ? texts[name].trim() : texts[name];
    if (value === "") continue;
    if (sort === "many") entry[name] = value.split(/[\s,;，；]+/).filter(Boolean);
    else if (sort === "duty") entry[name] = value.split(/[;；]/).filter((each) => each.trim()).map(dutyOf);
    else entry[name] = value;
  }
  return entry;
}

/** A value in a cell. */
export function shownValue(name, value) {
  if (value == null) return "";
  if (name === "roles") return value.map((role) => t(`roster.role.${role}`)).join(", ");
  if (name === "duty") return value.map(hoursOf).join("; ");
  if (name === "min_severity") return t(`severity.${value}`);
  return Array.isArray(value) ? value.join(", ") : value;
}

function hoursOf({ days, from, to }) {
  return `${days.join(",")} ${from.slice(0, 5)}-${to.slice(0, 5)}`;
}

/** `mon-fri 09:00-18:00`; what is written otherwise goes to the service as it is, which says what is wrong with it. */
function dutyOf(text) {
  const found = /^\s*(\S+)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*$/.exec(text);
  return found ? { days: found[1], from: found[2].padStart(5, "0"), to: found[3].padStart(5, "0") } : { days: text.trim() };
}
