// Says to a screen reader what is new in a transcript, gathered, at most once in three seconds: phrases that rules have
// found, or with `every` all that was said. What was there when the call was opened is not read out.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";

const EVERY_MS = 3000;
const MOST_SIGNS = 300; // of one announcement: nobody listens to more behind a live call

export function Announcer({ lines, live, nameOfRule, every }) {
  const [said, setSaid] = useState("");
  const known = useRef(null); // keys of what has been said or was there before
  const waiting = useRef([]);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const finals = lines.filter((line) => line.final && (every || line.hits.length > 0));
    const keys = finals.map(({ leg, utterance }) => `${leg}:${utterance}`);
    if (known.current === null || !live) {
      known.current = new Set(keys);
      return;
    }
    finals.forEach((line, at) => {
      if (known.current.has(keys[at])) return;
      known.current.add(keys[at]);
      const rules = [...new Set(line.hits.map(({ rule }) => nameOfRule(rule)))];
      waiting.current.push(`${t(`leg.${line.leg}`)}: ${line.text}${rules.length > 0 ? ` (${rules.join(", ")})` : ""}`);
    });
    if (waiting.current.length === 0 || timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      setSaid(waiting.current.splice(0).join(" ").slice(-MOST_SIGNS));
    }, EVERY_MS);
  }, [lines]);
  return html`<span class="visually-hidden" role="status">${said}</span>`;
}
