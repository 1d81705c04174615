// Tips for the running call, the newest first. The page asks for what came since the last one, so none of ten minutes is missed.

import { html, useEffect, useState } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { timeText } from "../lib/wording.js";
import { ask, query } from "../office/api.js";

const EVERY_MS = 3000;
const MOST = 20;

export function Tips({ agent }) {
  const [tips, setTips] = useState([]);
  const [reached, setReached] = useState(true);
  useEffect(() => {
    let since = "";
    let timer = null;
    let over = false;
    const look = async () => {
      try {
        const { messages } = await ask(`/own/messages${query({ agent_id: agent, since })}`);
        if (over) return;
        since = messages.at(-1)?.at ?? since;
        if (messages.length > 0) setTips((before) => [...messages.reverse(), ...before].slice(0, MOST));
        setReached(true);
      } catch {
        if (over) return;
        setReached(false);
      }
      timer = setTimeout(look, EVERY_MS);
    };
    look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [agent]);
  return html`<section class="panel" aria-labelledby="tips-title">
    <div class="panel-head"><h2 id="tips-title">${t("own.tips")}</h2>${!reached && html`<span class="connection lost">${t("connection.lost")}</span>`}</div>
    <div role="log" aria-labelledby="tips-title"><ol class="tip-list">
      ${tips.map(({ alert_id, at, text, text_by_language, kind }) => html`<li key=${alert_id} data-tip=${alert_id}><time datetime=${at}>${timeText(at)}</time>${text_by_language?.[locale.value.slice(0, 2)] ?? text}<span class="visually-hidden"> ${t(`kind.${kind}`)}</span></li>`)}
    </ol></div>
    ${tips.length === 0 && html`<p class="empty">${t("own.no_tips")}</p>`}
  </section>`;
}
