// As whom this browser acts while nobody has to log in; the console and the inspectors' pages share it.

import { computed, signal } from "../vendor/preact.js";
import { isOpen, user } from "./session.js";

const KEPT = "earshot.person";
const OF_PERSON = ["inspection", "call-backs", "calls"]; // below /api/v1

/** Id of a person, null for nobody in particular. */
export const acting = signal(localStorage.getItem(KEPT) || null);

/** The name that acts are written down under. */
export const me = computed(() => (isOpen.value ? (acting.value ?? "local") : (user.value?.acts_as ?? null)));

/** @param {string} id */
export function actAs(id) {
  acting.value = id || null;
  if (id) localStorage.setItem(KEPT, id);
  else localStorage.removeItem(KEPT);
}

/** What a request says of it. @param {string} path below /api/v1 */
export function actingHeaders(path) {
  return isOpen.value && acting.value && OF_PERSON.includes(path.split(/[/?]/)[1]) ? { "X-Earshot-Person": acting.value } : {};
}
