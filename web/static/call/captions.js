// Captions: what each party says now, in large letters, for those who read instead of listen.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { Announcer } from "./announcer.js";

/** @param {{lines: any[], language: string, live: boolean, nameOfRule: (rule: string) => string}} props */
export function Captions({ lines, language, live, nameOfRule }) {
  const legs = lines.some(({ leg }) => leg === "mixed") ? ["mixed"] : ["agent", "customer"];
  return html`<div class="captions">
    ${legs.map((leg) => {
      const own = lines.filter((line) => line.leg === leg).slice(-2);
      return html`<section key=${leg} class="caption ${leg}" aria-label=${t(`leg.${leg}`)}>
        <h4><span class="key ${leg}">${t(`leg.${leg}`)}</span></h4>
        <div class="caption-lines" lang=${language} aria-hidden="true">
          ${own.map(
            (line, at) => html`<p key=${line.utterance} dir="auto" class="${line.final ? "" : "partial"} ${line.hits.length > 0 ? "hit" : ""} ${at === own.length - 1 ? "newest" : ""}">${line.text}</p>`,
          )}
        </div>
      </section>`;
    })}
    <${Announcer} lines=${lines} live=${live} nameOfRule=${nameOfRule} every=${true} />
  </div>`;
}
