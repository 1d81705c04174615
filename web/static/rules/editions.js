// What was published, by whom and why; any edition can be looked at and put in force again.

import { html, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { timeText } from "../lib/wording.js";
import { ask, Fault, useAsked } from "../office/api.js";

export function Editions({ files, onPublished }) {
  const { found, fault, busy } = useAsked(() => ask("/rules/editions"), files.version);
  const [refusal, setRefusal] = useState(null);
  const [asked, setAsked] = useState(null); // the edition that is to come back
  const [shown, setShown] = useState(null); // {id, files}
  const restore = (edition) =>
    ask(`/rules/editions/${edition.edition_id}/restore`, { method: "POST", body: { version: files.version } }).then(onPublished, setRefusal);
  const look = (edition) =>
    shown?.id === edition.edition_id ? setShown(null) : ask(`/rules/editions/${edition.edition_id}`).then((body) => setShown({ id: edition.edition_id, files: body.files }), setRefusal);
  const editions = found?.editions ?? [];
  return html`<section class="panel" aria-label=${t("rules.view.editions")} aria-busy=${busy}>
    <${Fault} fault=${fault ?? refusal} />
    ${editions.length === 0 && html`<p class="empty" role="status">${t(busy ? "office.loading" : "editions.none")}</p>`}
    ${editions.length > 0 &&
    html`<div class="scroll">
      <table class="table folds">
        <thead>
          <tr><th scope="col">${t("editions.at")}</th><th scope="col">${t("editions.by")}</th><th scope="col">${t("rules.note")}</th><th scope="col">${t("editions.changed")}</th><th scope="col"><span class="visually-hidden">${t("office.actions")}</span></th></tr>
        </thead>
        <tbody>
          ${editions.map(
            (each) => html`<tr key=${each.edition_id}>
              <td class="main">${timeText(each.at, false)}<span class="sub"><code>${each.version}</code></span></td>
              <td data-label=${t("editions.by")}>${each.by || html`<span class="zero">${t("editions.found")}</span>`}</td>
              <td data-label=${t("rules.note")}>${each.note}</td>
              <td data-label=${t("editions.changed")}>${each.changed.map((path) => html`<code key=${path}>${path}</code> `)}</td>
              <td class="tight">
                <button class="button quiet" aria-expanded=${shown?.id === each.edition_id} onClick=${() => look(each)}>${t("editions.look")}</button>
                ${each.current
                  ? html` <span class="badge">${t("editions.current")}</span>`
                  : asked === each.edition_id
                    ? html` <button class="button danger" onClick=${() => restore(each)}>${t("editions.really")}</button>`
                    : html` <button class="button" disabled=${files.locked !== null} onClick=${() => setAsked(each.edition_id)}>${t("editions.restore")}</button>`}
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`}
    ${shown &&
    html`<div class="edition-files">
      ${Object.entries(shown.files).map(([path, text]) => html`<details key=${path}><summary class="mono">${path}</summary><pre class="mono" tabindex="0">${text}</pre></details>`)}
    </div>`}
  </section>`;
}
