// What is kept, until when, and the deletion of one call with everything that belongs to it.

import { html, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { numberText, timeText } from "../lib/wording.js";
import { ask, Done, Fault, useAsked } from "../office/api.js";
import { Field, sizeText } from "../office/parts.js";

export function Kept() {
  const { found, fault, again } = useAsked(() => ask("/retention"), "kept");
  if (found === null) return fault ? html`<${Fault} fault=${fault} />` : html`<p class="empty" role="status">${t("office.loading")}</p>`;
  return html`
    <section class="panel" aria-labelledby="kept-title">
      <header class="panel-head"><h3 id="kept-title">${t("kept.title")}</h3><span class="grow"></span><span class="subtle">${t("kept.database", { size: sizeText(found.database_bytes) })}</span></header>
      <div class="scroll">
        <table class="table folds">
          <thead><tr><th scope="col">${t("kept.what")}</th><th scope="col" class="number">${t("kept.count")}</th><th scope="col" class="number">${t("kept.size")}</th><th scope="col">${t("kept.oldest")}</th><th scope="col">${t("kept.until")}</th><th scope="col">${t("kept.setting")}</th></tr></thead>
          <tbody>
            ${found.kinds.map(
              (kind) => html`<tr key=${kind.kind}>
                <td class="main">${t(`kept.kind.${kind.kind}`)}${!kind.enabled && html` <span class="badge soft">${t("kept.off")}</span>`}</td>
                <td class="number" data-label=${t("kept.count")}>${kind.count === 0 ? html`<span class="zero">0</span>` : numberText(kind.count)}</td>
                <td class="number" data-label=${t("kept.size")}>${kind.bytes === null ? html`<span class="zero">${t("kept.in_database")}</span>` : sizeText(kind.bytes)}</td>
                <td data-label=${t("kept.oldest")}>${kind.oldest_at ? timeText(kind.oldest_at, false) : "–"}</td>
                <td data-label=${t("kept.until")}>${kind.days === 0 ? t("kept.ever") : t("kept.days", { n: numberText(kind.days) })}</td>
                <td data-label=${t("kept.setting")}><code>${kind.setting}</code></td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="panel-foot subtle">${t("kept.swept", { min: numberText(Math.round(found.sweep_s / 60)), entries: numberText(found.deleted_entries), files: numberText(found.deleted_files) })}</p>
    </section>
    <${Forget} onForgotten=${again} />
  `;
}

function Forget({ onForgotten }) {
  const [callId, setCallId] = useState(new URLSearchParams(location.search).get("call") ?? "");
  const [sure, setSure] = useState(false);
  const [fault, setFault] = useState(null);
  const [done, setDone] = useState("");
  const submit = (event) => {
    event.preventDefault();
    setFault(null);
    setDone("");
    if (!sure) return setSure(true);
    setSure(false);
    return ask(`/calls/${encodeURIComponent(callId.trim())}`, { method: "DELETE" }).then(({ deleted }) => {
      const parts = Object.entries(deleted).filter(([, count]) => count > 0);
      setDone(t("forget.done", { what: parts.map(([kind, count]) => `${t(`forget.${kind}`)} ${numberText(count)}`).join(", ") }));
      setCallId("");
      onForgotten();
    }, setFault);
  };
  return html`<section class="panel" aria-labelledby="forget-title">
    <header class="panel-head"><h3 id="forget-title">${t("forget.title")}</h3></header>
    <form class="forget" onSubmit=${submit}>
      <p class="subtle">${t("forget.says")}</p>
      <div class="forget-line">
        <${Field} label=${t("fact.call_id")}><input class="field mono" required maxlength="128" value=${callId} onInput=${({ target }) => { setCallId(target.value); setSure(false); }} /></>
        <button class="button danger" disabled=${callId.trim() === ""}>${t(sure ? "forget.really" : "forget.do")}</button>
        ${sure && html`<button class="button quiet" type="button" onClick=${() => setSure(false)}>${t("office.cancel")}</button>`}
      </div>
      <${Fault} fault=${fault} /><${Done} text=${done} />
    </form>
  </section>`;
}
