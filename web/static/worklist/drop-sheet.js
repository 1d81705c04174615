// Taking a call off the list, with a reason.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { timeText } from "../lib/wording.js";
import { ask, Fault } from "../office/api.js";

/** @param {{task: any, onClose: () => void, onDropped: () => void}} props */
export function DropSheet({ task, onClose, onDropped }) {
  const sheet = useRef(null);
  const [fault, setFault] = useState(null);
  useEffect(() => sheet.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    const reason = new FormData(event.target).get("reason").trim();
    try {
      await ask(`/inspection/tasks/${encodeURIComponent(task.task_id)}/drop`, { method: "POST", body: { version: task.version, reason } });
      onDropped();
      sheet.current.close();
    } catch (refusal) {
      setFault(refusal);
    }
  };
  return html`<dialog ref=${sheet} class="sheet" aria-labelledby="drop-title" onClose=${onClose}>
    <h2 id="drop-title">${t("worklist.drop_of", { at: timeText(task.call.started_at, false) })}</h2>
    <${Fault} fault=${fault} />
    <form onSubmit=${submit}>
      <label class="labelled"><span>${t("worklist.drop_why")}</span><input class="field" name="reason" required maxlength="2000" autofocus /></label>
      <div class="buttons">
        <button class="button primary">${t("worklist.drop")}</button>
        <button class="button quiet" type="button" onClick=${() => sheet.current.close()}>${t("people.cancel")}</button>
      </div>
    </form>
  </dialog>`;
}
