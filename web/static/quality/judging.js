// Judging items of a sheet anew: the faulty ones are at hand, any other can be added.

import { t } from "../lib/i18n.js";
import { html, useState } from "../vendor/preact.js";
import { choicesOf, countable, isFault, itemsOf, worded } from "./sheets.js";

const NOTHING = { state: "open", counts: {}, choice: null, evidence: [], reason: null };

/** What the service is told of the changes. @param {Record<string, {counts: object, choice: string|null}>} changed */
export function marksOf(changed) {
  return Object.entries(changed).map(([item, { counts, choice }]) => ({ item, counts, choice }));
}

/** @param {{sheet: object, marks: object[], changed: object, onChange: (changed: object) => void}} props */
export function Judging({ sheet, marks, changed, onChange }) {
  const [added, setAdded] = useState([]);
  const known = new Map(marks.map((mark) => [mark.item, mark]));
  const all = itemsOf(sheet);
  const shown = all.filter((item) => (known.has(item.id) && isFault(item, known.get(item.id))) || added.includes(item.id));
  const set = (item, part) => {
    const mark = known.get(item.id) ?? NOTHING;
    const before = changed[item.id] ?? { counts: { ...mark.counts }, choice: mark.choice };
    onChange({ ...changed, [item.id]: { ...before, ...part } });
  };
  return html`<fieldset class="judging">
    <legend>${t("appeal.judge_anew")}</legend>
    ${shown.map((item) => html`<${JudgedItem} key=${item.id} item=${item} mark=${changed[item.id] ?? known.get(item.id) ?? NOTHING} onSet=${(part) => set(item, part)} />`)}
    <label class="labelled"><span>${t("appeal.add_item")}</span>
      <select class="field" value="" onChange=${({ target }) => setAdded((before) => [...before, target.value])}>
        <option value="">–</option>
        ${all.filter((item) => !shown.includes(item)).map((item) => html`<option key=${item.id} value=${item.id}>${worded(item.title)}</option>`)}
      </select>
    </label>
  </fieldset>`;
}

function JudgedItem({ item, mark, onSet }) {
  const choices = choicesOf(item);
  return html`<div class="judged-item" role="group" aria-label=${worded(item.title)} data-judged=${item.id}>
    <b>${worded(item.title)}</b>
    ${choices.length > 0 &&
    html`<select class="field" aria-label=${worded(item.title)} value=${mark.choice ?? choices[0][0]} onChange=${({ target }) => onSet({ choice: target.value })}>
      ${choices.map(([id, title]) => html`<option key=${id} value=${id} selected=${id === mark.choice}>${title}</option>`)}
    </select>`}
    ${countable(item).map(
      ([id, title]) => html`<label key=${id} class="count-line"><span>${title}</span>
        <input class="field" type="number" min="0" max="1000" step="1" required value=${mark.counts[id] ?? 0} onChange=${({ target }) => onSet({ counts: { ...mark.counts, [id]: Number(target.value) } })} />
      </label>`,
    )}
  </div>`;
}
