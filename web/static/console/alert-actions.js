// What a supervisor does with an alert: claim, assign, resolve, mark wrong, snooze, note; by button and by key.

import { html, signal, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { user } from "../lib/session.js";
import { isCallOver, now, socket, takeAlert } from "./desk.js";
import { clockText } from "../lib/wording.js";

const KEPT = "earshot.person";
const REASONS = {
  resolve: ["helped", "coached", "no_action", "other"],
  false_positive: ["misheard", "quoted", "allowed_context", "wrong_leg", "other"],
};
const MOST_TRIES = 4;
const SNOOZES_S = [60, 300, 900];
/** Key, action, whether the state allows it. */
export const ACTS = [
  ["a", "acknowledge", ({ state }) => ["provisional", "open", "snoozed"].includes(state)],
  ["g", "assign", ({ state }) => isRunning(state) && people.value.length > 0],
  ["r", "resolve", ({ state }) => isRunning(state)],
  ["f", "false_positive", ({ state }) => isRunning(state) || state === "resolved"],
  ["s", "snooze", ({ state }) => isRunning(state)],
  ["n", "note", () => true],
  ["o", "reopen", ({ state }) => ["acknowledged", "snoozed", "resolved", "false_positive"].includes(state)],
];

export const person = signal(localStorage.getItem(KEPT));
socket.person = person.value;
export const people = signal([]);
export const asked = signal(null); // {alert, action} while the sheet is open
export const notice = signal(null); // key of what the last act came to, if it was refused
const escalation = signal({});

function isRunning(state) {
  return ["provisional", "open", "acknowledged", "snoozed"].includes(state);
}

export async function loadDesk() {
  const answer = await fetch("/api/v1/desk");
  if (!answer.ok) return;
  const desk = await answer.json();
  escalation.value = desk.escalation;
  people.value = desk.people;
  const known = (id) => people.value.some((each) => each.id === id);
  if (user.value) {
    person.value = user.value.acts_as;
    socket.becomes(known(person.value) ? person.value : null); // who is not on the roster is told of everything in scope
  } else if (person.value && !known(person.value)) iAm(null);
}

/** @param {string|null} id a person of the roster */
export function iAm(id) {
  person.value = id || null;
  socket.becomes(person.value);
  if (id) localStorage.setItem(KEPT, id);
  else localStorage.removeItem(KEPT);
}

/** Ask what the act needs, or do it at once. */
export function begin(alert, action) {
  const act = ACTS.find(([, name]) => name === action);
  if (!act || !act[2](alert)) return;
  if (action === "acknowledge" || action === "reopen") perform(alert, action, {});
  else asked.value = { alert, action };
}

/** Send the act with the version that was seen; whoever was slower than somebody else is shown how the alert stands.
 *  What the call itself has added meanwhile (a repeat, its end) takes no act out of anybody's hand. */
export async function perform(alert, action, body) {
  asked.value = null;
  let answer, said;
  try {
    for (let [seen, tries] = [alert, 0]; tries < MOST_TRIES; [seen, tries] = [said.current, tries + 1]) {
      answer = await send(seen, action, body);
      said = await answer.json();
      if (said.type !== "/problems/stale-version" || !standsAs(said.current, alert)) break;
    }
  } catch {
    notice.value = "act.unreachable";
    return;
  }
  if (answer.ok) takeAlert(said);
  else if (said.current) takeAlert(said.current);
  const refused = { "/problems/stale-version": "act.stale", "/problems/not-possible": "act.not_possible" };
  notice.value = answer.ok ? null : (refused[said.type] ?? "act.refused");
}

function send({ alert_id, version }, action, body) {
  const headers = { "Content-Type": "application/json" };
  if (person.value) headers["X-Earshot-Person"] = person.value;
  const path = `/api/v1/alerts/${encodeURIComponent(alert_id)}/${action.replace("_", "-")}`;
  return fetch(path, { method: "POST", headers, body: JSON.stringify({ version, ...body }) });
}

/** Whether nobody has done anything with the alert since it was seen. */
function standsAs(current, seen) {
  const standing = ({ state, assignee }) => `${state === "provisional" ? "open" : state} ${assignee}`;
  return standing(current) === standing(seen);
}

/** Take in hand whatever of these waits, one after the other. */
export async function claimAll(alerts) {
  const claim = ACTS.find(([, name]) => name === "acknowledge")[2];
  for (const alert of alerts) if (claim(alert)) await perform(alert, "acknowledge", {});
}

export function AlertButtons({ alert }) {
  return html`<div class="acts" role="group" aria-label=${t("act.group")}>
    ${ACTS.filter(([, , allowed]) => allowed(alert)).map(
      ([key, action]) => html`<button
        key=${action}
        class="button ${action === "acknowledge" ? "primary" : "quiet"}"
        data-act=${action}
        aria-keyshortcuts=${key.toUpperCase()}
        title=${`${t(`act.${action}`)} (${key.toUpperCase()})`}
        onClick=${() => begin(alert, action)}
      >
        ${t(`act.${action}`)}
      </button>`,
    )}
  </div>`;
}

/** Who has it; or how long until somebody else is called. */
export function Ownership({ alert }) {
  if (alert.assignee) return html`<span class="owner">${t(isRunning(alert.state) ? "alert.owner" : "alert.had_owner", { who: nameOf(alert.assignee) })}</span>`;
  if (alert.outcome) return html`<span class="owner ${alert.outcome}">${t(`outcome.${alert.outcome}`)}</span>`;
  const dueMs = nextStep(alert);
  const level = alert.escalation_level > 0 ? html`<span class="owner level">${t(`level.${alert.escalation_level}`)}</span>` : null;
  if (dueMs === null) return level;
  const left = clockText(Math.max(0, dueMs - now.value));
  return html`${level}<span class="owner countdown" role="timer">${t(`escalates.${alert.escalation_level + 1}`, { left })}</span>`;
}

export function nameOf(id) {
  return people.value.find((each) => each.id === id)?.name ?? (id === "local" ? t("person.local") : id);
}

function nextStep(alert) {
  if (!["open", "provisional"].includes(alert.state) || alert.suppressed_by) return null;
  if (isCallOver(alert)) return null; // escalation ends with it
  const { second_supervisor_s, floor_manager_s, major_s } = escalation.value;
  const waits = { critical: [second_supervisor_s, floor_manager_s], major: [major_s] }[alert.severity] ?? [];
  const wait = waits[alert.escalation_level];
  return wait == null ? null : Date.parse(alert.waiting_since ?? alert.opened_at) + wait * 1000;
}

/** Who did what and when; asked of the service when it is opened, and again with every version. */
export function History({ alert }) {
  const [open, setOpen] = useState(false);
  const [versions, setVersions] = useState([]);
  useEffect(() => {
    if (!open) return;
    fetch(`/api/v1/alerts/${encodeURIComponent(alert.alert_id)}`)
      .then((answer) => (answer.ok ? answer.json() : { history: [] }))
      .then(({ history }) => setVersions(history));
  }, [open, alert.alert_id, alert.version]);
  return html`<details class="history" onToggle=${({ target }) => setOpen(target.open)}>
    <summary>${t("alert.history")}</summary>
    <ol>
      ${versions.map(
        ({ version, updated_at, change, assignee }) => html`<li key=${version}>
          <time datetime=${updated_at}>${new Date(updated_at).toLocaleTimeString()}</time>
          <span>${t(`did.${change.action}`)}${change.action === "assign" && html`: ${nameOf(assignee)}`}</span>
          ${change.by && html`<span>${nameOf(change.by)}</span>`}
          ${change.reason && html`<span>${t(`reason.${change.reason}`).replace(/^reason\./, "")}</span>`}
          ${change.text && html`<q>${change.text}</q>`}
        </li>`,
      )}
    </ol>
  </details>`;
}

/** Why was I not told? What this call's rules found and nobody was shown. */
export function NotTold({ callId }) {
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState([]);
  useEffect(() => {
    if (!open) return;
    fetch(`/api/v1/alerts/suppressed?call_id=${encodeURIComponent(callId)}`)
      .then((answer) => (answer.ok ? answer.json() : { suppressed: [] }))
      .then(({ suppressed }) => setFound(suppressed));
  }, [open, callId]);
  return html`<details class="history not-told" onToggle=${({ target }) => setOpen(target.open)}>
    <summary>${t("suppressed.title")}</summary>
    ${open && found.length === 0 && html`<p class="empty">${t("suppressed.none")}</p>`}
    <ol>
      ${found.map(
        (each) => html`<li>
          <time>${clockText(each.at_ms)}</time>
          <span>${t(`kind.${each.kind}`)}</span>
          <span title=${each.reason}>${t(`cause.${each.cause}`)}</span>
          ${each.by && html`<span>${nameOf(each.by)}</span>`}
        </li>`,
      )}
    </ol>
  </details>`;
}

/** The sheet that asks for a reason, an end or a text. */
export function ActSheet() {
  const sheet = useRef(null);
  const shown = useRef(null);
  const wanted = asked.value;
  useEffect(() => {
    shown.current = wanted;
    if (wanted) sheet.current.showModal();
    else sheet.current.close();
  }, [wanted]);
  const closed = () => {
    if (asked.value === shown.current) asked.value = null; // else the next question was quicker than this event
  };
  return html`<dialog ref=${sheet} class="sheet act-sheet" aria-labelledby="act-title" onClose=${closed}>
    ${wanted && html`<${Question} key=${wanted.action} ...${wanted} />`}
  </dialog>`;
}

function Question({ alert, action }) {
  const send = (event) => {
    event.preventDefault();
    const said = new FormData(event.target);
    const body = {};
    if (action === "assign") body.assignee = said.get("assignee");
    else if (action === "snooze") body.seconds = Number(said.get("choice"));
    else if (said.get("choice")) body.reason = said.get("choice");
    if (said.get("text")?.trim()) body.text = said.get("text").trim();
    perform(alert, action, body);
  };
  const choices = action === "snooze" ? SNOOZES_S : (REASONS[action] ?? []);
  const label = (choice) => (action === "snooze" ? t("age.min", { n: choice / 60 }) : t(`reason.${choice}`));
  return html`<form onSubmit=${send}>
    <h2 id="act-title">${t(`act.${action}`)}</h2>
    ${choices.length > 0 &&
    html`<fieldset>
      <legend>${t(action === "snooze" ? "act.how_long" : "act.why")}</legend>
      ${choices.map(
        (choice, at) => html`<label><input type="radio" name="choice" value=${choice} checked=${at === 0} autofocus=${at === 0} /> ${label(choice)}</label>`,
      )}
    </fieldset>`}
    ${action === "assign" && html`<${Assignees} alert=${alert} />`}
    ${action !== "snooze" &&
    html`<label class="text"
      ><span>${t("act.text")}</span>
      <textarea name="text" rows="2" maxlength="2000" required=${action === "note"} autofocus=${action === "note"}></textarea>
    </label>`}
    <p class="buttons">
      <button class="button primary" type="submit">${t(`act.${action}`)}</button>
      <button class="button quiet" type="button" onClick=${() => (asked.value = null)}>${t("act.cancel")}</button>
    </p>
  </form>`;
}

/** People of the roster, to be found by typing; Enter takes the one that is marked. */
function Assignees({ alert }) {
  const first = people.value.find(({ id }) => id !== alert.assignee) ?? people.value[0];
  const onKeyDown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.target.form.requestSubmit();
  };
  return html`<label class="text"
    ><span>${t("act.to_whom")}</span>
    <select name="assignee" size=${Math.min(8, Math.max(2, people.value.length))} required autofocus onKeyDown=${onKeyDown}>
      ${people.value.map(({ id }) => html`<option key=${id} value=${id} selected=${id === first.id}>${nameOf(id)}</option>`)}
    </select>
  </label>`;
}
