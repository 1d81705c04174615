// Speaking into the call on view by the browser's microphone: to the agent, or to both; held, or switched on.

import { html, signal, useEffect } from "../vendor/preact.js";
import { Microphone } from "../lib/microphone.js";
import { t } from "../lib/i18n.js";
import { person } from "./alert-actions.js";

export const microphone = new Microphone();
const KEPT = "earshot.talk-switch";
const MODES = ["whisper", "barge"];
const own = signal(null); // {callId, supervisionId, mode}
const switched = signal(localStorage.getItem(KEPT) === "1"); // a switch instead of a key that is held
const told = signal(null); // why it was not begun

async function begin(callId, mode) {
  told.value = null;
  const headers = { "Content-Type": "application/json" };
  if (person.value) headers["X-Earshot-Person"] = person.value;
  const body = JSON.stringify({ mode, browser: true });
  try {
    const answer = await fetch(`/api/v1/calls/${encodeURIComponent(callId)}/supervise`, { method: "POST", headers, body });
    const said = await answer.json();
    if (!answer.ok) return void (told.value = said.detail ?? t("act.refused"));
    const stays = own.value?.supervisionId === said.supervision_id && microphone.status.value === "ready";
    own.value = { callId, supervisionId: said.supervision_id, mode };
    if (!stays) await microphone.open(callId, said.supervision_id);
  } catch {
    told.value = t("act.unreachable");
  }
}

function leave() {
  const was = own.value;
  own.value = null;
  microphone.close();
  if (was) fetch(`/api/v1/calls/${encodeURIComponent(was.callId)}/supervise/${encodeURIComponent(was.supervisionId)}`, { method: "DELETE" }).catch(() => {});
}

function keepSwitch(on) {
  switched.value = on;
  microphone.talk(false);
  localStorage.setItem(KEPT, on ? "1" : "0");
}

/** @param {{call: any}} props the call on view */
export function TalkBar({ call }) {
  const callId = call.call_id;
  useEffect(() => () => own.value?.callId === callId && leave(), [callId]); // another call on view: nobody speaks on unseen
  const status = microphone.status.value;
  const here = own.value?.callId === callId && status !== "off" && status !== "lost";
  const possible = MODES.filter((mode) => call.abilities?.[mode]?.browser === true);
  if (possible.length === 0 && !here) return null;
  return html`<div class="talk-bar" role="group" aria-label=${t("talk.group")}>
    ${possible.map(
      (mode) => html`<button
        key=${mode}
        class="button quiet"
        data-talk=${mode}
        aria-pressed=${here && own.value.mode === mode}
        title=${t(`talk.says.${mode}`)}
        onClick=${() => begin(callId, mode)}
      >
        ${t(`talk.${mode}`)}
      </button>`,
    )}
    ${here && status === "ready" && html`<${TalkKey} />`}
    ${here && html`<button class="button small" data-talk="leave" onClick=${leave}>${t("step.leave")}</button>`}
    <span class="talk-note" role="status">${told.value ?? (["off", "ready"].includes(status) ? "" : t(`talk.status.${status}`))}</span>
  </div>`;
}

function TalkKey() {
  const on = microphone.talking.value;
  const down = (event) => {
    if (switched.value) return;
    event.currentTarget.setPointerCapture?.(event.pointerId);
    microphone.talk(true);
  };
  const up = () => !switched.value && microphone.talk(false);
  const press = (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault(); // the browser's own click would come after it
    event.stopPropagation();
    if (event.repeat) return;
    if (switched.value) microphone.talk(!microphone.talking.value);
    else microphone.talk(true);
  };
  useEffect(() => {
    const away = () => document.hidden && !switched.value && microphone.talk(false);
    document.addEventListener("visibilitychange", away);
    return () => document.removeEventListener("visibilitychange", away);
  }, []);
  return html`
    <button
      class="button ${on ? "speaking" : "primary"}"
      data-talk="key"
      aria-pressed=${on}
      onPointerDown=${down}
      onPointerUp=${up}
      onPointerCancel=${up}
      onClick=${(event) => switched.value && event.detail > 0 && microphone.talk(!on)}
      onKeyDown=${press}
      onKeyUp=${(event) => (event.key === " " || event.key === "Enter") && up()}
      onBlur=${up}
    >
      ${on ? t("talk.on") : t(switched.value ? "talk.switch_on" : "talk.hold")}
    </button>
    <meter class="talk-level" min="0" max="1" low="0.25" high="0.95" value=${microphone.level.value} aria-label=${t("talk.level")}></meter>
    <label class="talk-switch">
      <input type="checkbox" checked=${switched.value} onChange=${({ target }) => keepSwitch(target.checked)} />
      ${t("talk.switch")}
    </label>
  `;
}
