// People of the inspectors' records by name: those within one's own scope; anybody else goes by the id.

import { signal } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { may } from "../lib/session.js";
import { ask } from "./api.js";

export const people = signal([]); // {id, name, roles, teams}
let asking = null;

export function loadPeople() {
  if (!may("scores")) return null;
  asking ??= ask("/inspection/people").then(
    (found) => (people.value = found.people),
    () => (asking = null), // not now: ids will do
  );
  return asking;
}

/** @param {string|null} id */
export function nameOf(id) {
  return people.value.find((each) => each.id === id)?.name ?? (id === "local" ? t("person.local") : (id ?? "–"));
}

/** @param {string} role */
export function withRole(role) {
  return people.value.filter(({ roles }) => roles.includes(role));
}
