// A stretch of a call for the library: which, what it shows, and whether the people in it agreed that it is heard.

import { t } from "../lib/i18n.js";
import { ask } from "../office/api.js";
import { Field } from "../office/parts.js";
import { html } from "../vendor/preact.js";
import { ActSheet } from "./parts.js";

/** `m:ss` of milliseconds, to be typed over. @param {string} ms */
function minutes(ms) {
  if (ms === "") return "";
  const s = Math.round(Number(ms) / 100) / 10;
  return `${Math.floor(s / 60)}:${String(Math.round((s % 60) * 10) / 10).padStart(2, "0")}`;
}

/** Milliseconds of `m:ss`, `h:mm:ss` or seconds. @param {string} text */
export function millisecondsOf(text) {
  return Math.round(text.trim().split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000);
}

/** @param {{given: {add: string, from: string, to: string, alert: string, about: string}, onClose: () => void, onAdded: () => void}} props */
export function NewExample({ given, onClose, onAdded }) {
  const send = (said) =>
    ask("/inspection/examples", {
      method: "POST",
      body: {
        call_id: said.get("call_id").trim(),
        fault: said.get("fault").trim(),
        good: said.get("good") === "good",
        title: said.get("title").trim(),
        note: said.get("note").trim() || null,
        from_ms: millisecondsOf(said.get("from")),
        to_ms: millisecondsOf(said.get("to")),
        consent: said.get("consent") !== null,
        alert_id: given.alert || null,
      },
    }).then(onAdded);
  const time = "(\\d+:)?(\\d+:)?\\d+(\\.\\d+)?";
  return html`<${ActSheet} title=${t("library.add")} says=${t("library.add_says")} save=${t("library.publish")} wide=${true} onClose=${onClose} onSend=${send}>
    <div class="form">
      <${Field} label=${t("fact.call_id")} wide=${true}><input class="field mono" name="call_id" required maxlength="128" value=${given.add} autofocus=${given.add === ""} /></>
      <${Field} label=${t("library.from")}><input class="field" name="from" required pattern=${time} placeholder="1:05" value=${minutes(given.from)} /></>
      <${Field} label=${t("library.to")}><input class="field" name="to" required pattern=${time} placeholder="1:32" value=${minutes(given.to)} /></>
      <${Field} label=${t("library.title")} wide=${true}><input class="field" name="title" required maxlength="200" autofocus=${given.add !== ""} /></>
      <${Field} label=${t("loop.fault")}><input class="field" name="fault" list="faults" required maxlength="200" value=${given.about} /></>
      <fieldset><legend class="subtle">${t("library.kind")}</legend><div class="choices">
        <label><input type="radio" name="good" value="good" /> ${t("library.good")}</label>
        <label><input type="radio" name="good" value="bad" checked /> ${t("library.bad")}</label>
      </div></fieldset>
      <${Field} label=${t("library.note")} wide=${true}><textarea class="field" name="note" rows="3" maxlength="2000"></textarea></>
      <label class="switch wide"><input type="checkbox" name="consent" />${t("library.consent")}</label>
    </div>
  </>`;
}
