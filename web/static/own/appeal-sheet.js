// What an agent writes against a score, or against the decision on an appeal.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { ask, Fault } from "../office/api.js";

/** @param {{score: any, appeal: any, asking: "appeal"|"arbitration", onClose: () => void, onDone: () => void}} props */
export function AppealSheet({ score, appeal, asking, onClose, onDone }) {
  const sheet = useRef(null);
  const [fault, setFault] = useState(null);
  useEffect(() => sheet.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    const reason = new FormData(event.target).get("reason").trim();
    try {
      if (asking === "appeal") await ask(`/inspection/scores/${encodeURIComponent(score.score_id)}/appeal`, { method: "POST", body: { reason } });
      else await ask(`/inspection/appeals/${encodeURIComponent(appeal.appeal_id)}/ask-arbitration`, { method: "POST", body: { version: appeal.version, reason } });
      sheet.current.close();
      onDone();
    } catch (refusal) {
      setFault(refusal);
    }
  };
  return html`<dialog ref=${sheet} class="sheet" aria-labelledby="appeal-title" onClose=${onClose}>
    <h2 id="appeal-title">${t(asking === "appeal" ? "own.appeal_do" : "own.arbitration_do")}</h2>
    <${Fault} fault=${fault} />
    <form onSubmit=${submit}>
      <label class="labelled"><span>${t("own.appeal_why")}</span><textarea class="field" name="reason" rows="4" required maxlength="2000" autofocus></textarea></label>
      <div class="buttons">
        <button class="button primary">${t("own.send")}</button>
        <button class="button quiet" type="button" onClick=${() => sheet.current.close()}>${t("people.cancel")}</button>
      </div>
    </form>
  </dialog>`;
}
