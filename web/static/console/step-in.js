// Stepping into the call on view: whisper, barge, take over, end, where its telephone system can; and who else is there.

import { html, signal, useEffect, useRef } from "../vendor/preact.js";
import { keyName } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { nameOf, person } from "./alert-actions.js";
import { openCall } from "./desk.js";
import { listenersOf } from "./presence.js";

const KEPT = "earshot.extension";
const NOT_FOLLOWED = "no telephone system of the settings (pbx.feeds) follows this call";
export const STEPS = [
  ["w", "whisper"],
  ["b", "barge"],
  ["t", "take_over"],
  ["e", "end"],
];
const GRAVE = new Set(["barge", "take_over", "end"]); // the customer notices: asked once more

const extension = signal(localStorage.getItem(KEPT) ?? "");
const asked = signal(null); // {callId, mode} while the sheet is open
const told = signal(null); // {callId, text}: why something was not done
const begun = signal(null); // our own supervision, until the call tells of it

/** What is missing for a mode by telephone; null where it can be done. */
function lackOf(call, mode) {
  const able = call.abilities?.[mode]?.phone;
  if (able === true) return null;
  return able && able !== NOT_FOLLOWED ? able : t("step.no_control");
}

/** Ask what is needed, or do it. By button and by key. @param {string} mode */
export function stepIn(mode) {
  const call = openCall.value;
  if (!call || call.state === "ended") return;
  const lack = lackOf(call, mode);
  if (lack !== null) told.value = { callId: call.call_id, text: lack };
  else if (GRAVE.has(mode) || extension.value === "") asked.value = { callId: call.call_id, mode };
  else supervise(call.call_id, mode);
}

async function supervise(callId, mode) {
  asked.value = told.value = null;
  const body = mode === "end" ? { mode } : { mode, extension: extension.value };
  const answer = await send(callId, "POST", "", body);
  if (answer?.mode && answer.mode !== "end") begun.value = answer;
}

async function leave({ call_id, supervision_id }) {
  if (begun.value?.supervision_id === supervision_id) begun.value = null;
  await send(call_id, "DELETE", `/${encodeURIComponent(supervision_id)}`);
}

/** The service's answer; what it refuses is told as it says it. */
async function send(callId, method, tail, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  if (person.value) headers["X-Earshot-Person"] = person.value;
  try {
    const answer = await fetch(`/api/v1/calls/${encodeURIComponent(callId)}/supervise${tail}`, { method, headers, body: body && JSON.stringify(body) });
    const said = answer.status === 204 ? null : await answer.json();
    if (answer.ok) return said;
    told.value = { callId, text: said?.detail ?? t("act.refused") };
  } catch {
    told.value = { callId, text: t("act.unreachable") };
  }
  return null;
}

/** @param {{call: any, listening: boolean, children?: any}} props listening: whether this page hears the call; children stand behind the buttons */
export function StepIn({ call, listening, children }) {
  const known = (call.supervisions ?? []).filter(({ state }) => state !== "over");
  const own = begun.value?.call_id === call.call_id && !known.some(({ supervision_id }) => supervision_id === begun.value.supervision_id) ? [begun.value] : [];
  const running = [...known, ...own];
  const lost = (call.supervisions ?? []).filter(({ state, why }) => state === "over" && why);
  useEffect(() => {
    if (begun.value && known.some(({ supervision_id }) => supervision_id === begun.value.supervision_id)) begun.value = null; // the call tells of it from now on
  });
  const note = told.value?.callId === call.call_id ? told.value.text : null;
  return html`<div class="step-in" role="group" aria-label=${t("step.group")}>
    <${Present} callId=${call.call_id} listening=${listening} />
    <div class="steps">
      ${STEPS.map(([, mode]) => {
        const lack = lackOf(call, mode);
        return html`<button
          key=${mode}
          class="button quiet ${mode === "end" ? "grave" : ""}"
          data-step=${mode}
          aria-disabled=${lack !== null}
          aria-keyshortcuts=${keyName(mode)}
          title=${lack ?? t(`step.says.${mode}`)}
          onClick=${() => stepIn(mode)}
        >
          ${t(`step.${mode}`)}
        </button>`;
      })}
      ${children}
    </div>
    ${running.map((each) => html`<${OnAir} key=${each.supervision_id} supervision=${each} />`)}
    ${lost.map(
      ({ supervision_id, by, extension: at, why }) =>
        html`<p key=${supervision_id} class="step-note" role="status">${t("step.lost", { who: [nameOf(by), at].filter(Boolean).join(" · "), why })}</p>`,
    )}
    <p class="step-note" role="status">
      ${note}${note && html` <button class="button quiet small" onClick=${() => (told.value = null)}>${t("help.close")}</button>`}
    </p>
  </div>`;
}

/** Who listens in a browser now: this desk as "you", people who have said who they are by name, the rest as a number. */
function Present({ callId, listening }) {
  const listeners = [...listenersOf(callId)];
  if (listeners.length === 0) return html`<p class="present none">${t("present.nobody")}</p>`;
  const own = listening ? listeners.indexOf(person.value) : -1;
  if (own >= 0) listeners.splice(own, 1);
  const names = [...new Set(listeners.filter((id) => id !== null))].map(nameOf);
  if (own >= 0) names.unshift(t("present.you"));
  const unnamed = listeners.filter((id) => id === null).length;
  if (unnamed > 0) names.push(t(unnamed === 1 ? "present.one" : "present.some", { n: unnamed }));
  return html`<p class="present"><span class="glyph ear" aria-hidden="true"></span>${t("present.listening")} <b dir="auto">${names.join(t("present.comma"))}</b></p>`;
}

/** Somebody is in the call: what of them is heard by whom, and the way out. */
function OnAir({ supervision }) {
  const { mode, by, state, extension: at } = supervision;
  const who = by === (person.value ?? "local") ? t("present.you") : nameOf(by);
  return html`<div class="on-air ${mode} ${state}" role="status">
    <span class="glyph air" aria-hidden="true"></span>
    <span>
      <b>${who}${at && ` · ${at}`}</b>
      ${state === "starting" ? t("step.rings") : t(`step.now.${mode}`)}
    </span>
    ${mode === "whisper" && html`<button class="button quiet small" onClick=${() => stepIn("barge")}>${t("step.barge")}</button>`}
    ${mode === "barge" && html`<button class="button quiet small" onClick=${() => stepIn("whisper")}>${t("step.whisper")}</button>`}
    <button class="button small" data-step="leave" onClick=${() => leave(supervision)}>${t("step.leave")}</button>
  </div>`;
}

/** Asks for the telephone once, and again whether the customer shall really notice. */
export function StepSheet() {
  const sheet = useRef(null);
  const wanted = asked.value;
  useEffect(() => {
    if (wanted) sheet.current.showModal();
    else sheet.current.close();
  }, [wanted]);
  const onSubmit = (event) => {
    event.preventDefault();
    const said = new FormData(event.target).get("extension");
    if (said !== null) {
      extension.value = said.trim();
      localStorage.setItem(KEPT, extension.value);
    }
    supervise(wanted.callId, wanted.mode);
  };
  return html`<dialog ref=${sheet} class="sheet step-sheet" aria-labelledby="step-title" onClose=${() => (asked.value = null)}>
    ${wanted &&
    html`<form onSubmit=${onSubmit}>
      <h2 id="step-title">${t(`step.${wanted.mode}`)}</h2>
      <p>${t(`step.says.${wanted.mode}`)}</p>
      ${wanted.mode !== "end" &&
      html`<label class="text"
        ><span>${t("step.extension")}</span>
        <input class="field" name="extension" required maxlength="40" pattern="[A-Za-z0-9+*#._\\-]+" autocomplete="off" inputmode="tel" autofocus=${extension.value === ""} value=${extension.value} />
      </label>`}
      <p class="buttons">
        <button class="button ${wanted.mode === "end" ? "grave" : "primary"}" type="submit" autofocus=${extension.value !== "" && wanted.mode !== "end"}>${t(`step.${wanted.mode}`)}</button>
        <button class="button quiet" type="button" onClick=${() => (asked.value = null)}>${t("act.cancel")}</button>
      </p>
    </form>`}
  </dialog>`;
}
