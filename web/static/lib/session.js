// Who is logged in on this page: what may be done, tickets for sockets, and the way to the log-in page and out.

import { computed, signal } from "../vendor/preact.js";

const KEPT_KEY = "earshot.screen"; // a screen on the wall comes back by itself
const SEEN_EVERY_MS = 60000;

/** What the service says: {open, needs_first, provider, user: {name, acts_as, rights, scope, legs} | null}. */
export const session = signal(null);
export const isOpen = computed(() => session.value === null || session.value.open);
export const user = computed(() => (isOpen.value ? null : session.value.user));

let asking = null;
let leaving = false; // we log out: sockets that close and requests that are refused lead nowhere else meanwhile

/** Ask once who we are; a page for people goes to the log-in page when that is nobody. @param {{free?: boolean}} options */
export async function loadSession({ free = false } = {}) {
  asking ??= ask();
  await asking;
  if (!free && session.value && !session.value.open && !session.value.user) toLogIn();
}

/** @param {string} right one of web/trust/rights.py */
export function may(right) {
  return isOpen.value || (session.value.user?.rights.includes(right) ?? false);
}

/** A ticket for one socket; null where none is needed. Throws when none can be had now. @param {string} purpose @param {string|null} callId */
export async function ticketFor(purpose, callId = null) {
  await loadSession();
  if (isOpen.value) return null;
  const answer = await post("/api/v1/tickets", { purpose, call_id: callId });
  if (answer.status === 401) toLogIn();
  if (!answer.ok) throw new Error("no ticket");
  return (await answer.json()).ticket;
}

/** A socket was closed because the session is over, or because rights have changed. @param {number} code */
export function socketClosed(code) {
  if (leaving) return;
  if (code === 4401 && !isOpen.value) toLogIn();
  if (code === 4401 && isOpen.value) location.reload(); // somebody has been registered since
  if (code === 4403) location.reload(); // with the rights as they are now
}

export async function logIn(fields) {
  const answer = await post("/api/v1/session", fields);
  if (answer.ok) {
    session.value = await answer.json();
    if (fields.key) localStorage.setItem(KEPT_KEY, fields.key);
    return null;
  }
  return answer.status === 429 ? "login.wait" : answer.status === 401 ? "login.wrong" : answer.status === 422 ? "login.short" : "login.refused";
}

export async function logOut() {
  leaving = true;
  localStorage.removeItem(KEPT_KEY);
  const answer = await fetch("/api/v1/session", { method: "DELETE" }).catch(() => null);
  leaving = answer !== null; // without an answer we are still here
  if (answer) location.assign(answer.status === 200 ? (await answer.json()).provider : "/login"); // out of the provider too
}

export function keptKey() {
  return localStorage.getItem(KEPT_KEY);
}

export function forgetKey() {
  localStorage.removeItem(KEPT_KEY);
}

/** POST JSON. @param {string} address @param {object} body */
export function post(address, body, method = "POST") {
  return fetch(address, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function ask() {
  const answer = await fetch("/api/v1/session");
  if (answer.ok) session.value = await answer.json();
  if (user.value) stayWhileUsed();
}

function toLogIn() {
  if (leaving) return;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** A page that somebody works on is not idle, though only its socket speaks. */
function stayWhileUsed() {
  let told = Date.now();
  const seen = () => {
    if (Date.now() - told < SEEN_EVERY_MS) return;
    told = Date.now();
    fetch("/api/v1/session").catch(() => null);
  };
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, seen, { passive: true });
}
