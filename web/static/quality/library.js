// The case library: good and bad examples by fault. Sound only where the people in it agreed, with every number covered.

import { Sound } from "../call/sound.js";
import { offerShortcuts } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { may } from "../lib/session.js";
import { clockText, numberText, timeText } from "../lib/wording.js";
import { addressed } from "../office/address.js";
import { ask, query, useAsked } from "../office/api.js";
import { loadPeople } from "../office/people.js";
import { Field, Segments } from "../office/parts.js";
import { html, signal, useEffect, useRef, useState } from "../vendor/preact.js";
import { NewExample } from "./new-example.js";
import { act, ActSheet, actingKey, CallLink, Nothing, ReasonField, ROW_KEYS, Who } from "./parts.js";
import { itemsOf, itemTitle, loadSheets, sheets, worded } from "./sheets.js";

const MOST = 200;
const { state, change } = addressed({ words: "", fault: "", kind: "", consent: "", add: "", from: "", to: "", alert: "", about: "" });
const adding = signal(state.value.add !== "");

export function Library() {
  const { words, fault, kind, consent } = state.value;
  const asked = useAsked(
    () => ask(`/inspection/examples${query({ words: words.trim(), fault, good: kind && String(kind === "good"), consent: consent && "true", limit: MOST })}`),
    `${words} ${fault} ${kind} ${consent} ${actingKey()}`,
  );
  const search = useRef(null);
  const adds = may("score");
  useEffect(() => {
    loadPeople();
    loadSheets();
    offerShortcuts([
      ...ROW_KEYS,
      { id: "search", key: "/", says: "help.search_words", group: "page", does: () => search.current?.focus() },
      ...(adds ? [{ id: "new", key: "n", says: "library.add", group: "page", does: () => (adding.value = true) }] : []),
    ]);
  }, [adds]);
  const found = asked.found?.examples ?? [];
  const close = () => {
    adding.value = false;
    change({ add: "", from: "", to: "", alert: "", about: "" }, { replace: true });
  };
  return html`
    <div class="page-head">
      <h2>${t("inspection.tab.library")}</h2>
      <span class="subtle" role="status">${asked.found && t("library.found", { n: numberText(found.length) })}</span>
      <span class="grow"></span>
      ${adds && html`<button class="button primary" aria-keyshortcuts="n" onClick=${() => (adding.value = true)}>${t("library.add")}</button>`}
    </div>
    <form class="panel filters" role="search" aria-label=${t("history.filters")} onSubmit=${(event) => event.preventDefault()}>
      <${Field} label=${t("library.words")}><input ref=${search} class="field" type="search" maxlength="200" value=${words} onChange=${({ target }) => change({ words: target.value })} /></>
      <${Field} label=${t("loop.fault")}><input class="field" list="faults" value=${fault} onChange=${({ target }) => change({ fault: target.value.trim() })} /></>
      <div class="labelled wide"><span>${t("library.kind")}</span><${Segments} label=${t("library.kind")} chosen=${kind} onChoose=${(next) => change({ kind: next })} options=${[["", t("office.all")], ["good", t("library.good")], ["bad", t("library.bad")]]} /></div>
      <label class="switch"><input type="checkbox" checked=${consent !== ""} onChange=${({ target }) => change({ consent: target.checked ? "yes" : "" })} />${t("library.with_sound")}</label>
      <${Faults} />
    </form>
    ${found.length === 0
      ? html`<section class="panel"><${Nothing} asked=${asked} text=${t(words || fault || kind || consent ? "history.none" : "library.none")} /></section>`
      : html`<ul class="examples">${found.map((example) => html`<${Example} key=${example.example_id} example=${example} onChanged=${asked.again} />`)}</ul>`}
    ${adding.value && html`<${NewExample} given=${state.value} onClose=${close} onAdded=${asked.again} />`}
  `;
}

/** Faults that sheets know, to be typed. */
export function Faults() {
  return html`<datalist id="faults">${sheets.value.flatMap((sheet) => itemsOf(sheet).map((item) => html`<option key=${`${sheet.sheet} ${item.id}`} value=${item.id}>${worded(item.title)}</option>`))}</datalist>`;
}

function Example({ example, onChanged }) {
  const [removing, setRemoving] = useState(false);
  const [words, setWords] = useState(null);
  const [silent, setSilent] = useState(false);
  const path = `/inspection/examples/${encodeURIComponent(example.example_id)}`;
  const onToggle = ({ target }) => {
    if (target.open && words === null) ask(`${path}/words`).then(({ lines }) => setWords(lines), () => setWords([]));
  };
  return html`<li class="panel example" data-example=${example.example_id}>
    <header>
      <span class="badge ${example.good ? "good" : "bad"}">${t(example.good ? "library.good" : "library.bad")}</span>
      <span class="subtle">${itemTitle(example.fault)}</span>
      ${!example.consent && html`<span class="badge soft">${t("library.no_consent")}</span>`}
    </header>
    <h3><bdi>${example.title}</bdi></h3>
    ${example.note && html`<p dir="auto" class="plan-text">${example.note}</p>`}
    ${example.audio && !silent && html`<${Sound} src=${example.audio} label=${t("library.sound_of", { title: example.title })} lengthMs=${example.to_ms - example.from_ms} onFail=${() => setSilent(true)} />`}
    ${silent && html`<p class="subtle" role="status">${t("library.silent")}</p>`}
    <details onToggle=${onToggle}>
      <summary>${t("library.said")}</summary>
      <ol class="said-lines">
        ${(words ?? []).map(
          (line, at) => html`<li key=${at} class="said ${line.leg}"><span class="at">${clockText(line.start_ms)} <span class="who">${t(`leg.${line.leg}`)}</span></span><q dir="auto">${line.text}</q></li>`,
        )}
      </ol>
      ${words?.length === 0 && html`<p class="subtle">${t("library.no_words")}</p>`}
    </details>
    <footer class="subtle">
      ${may("see") ? html`<${CallLink} callId=${example.call.call_id} atMs=${example.from_ms} />` : html`<span class="mono">${example.call.call_id}</span>`}
      <span>${clockText(example.from_ms)}–${clockText(example.to_ms)}</span>
      <span><${Who} id=${example.by} /> · ${timeText(example.added_at, false)}</span>
      ${may("quality") && html`<button class="button quiet" data-row onClick=${() => setRemoving(true)}>${t("library.remove")}</button>`}
    </footer>
    ${removing &&
    html`<${ActSheet} title=${t("library.remove")} says=${example.title} save=${t("library.remove")} danger=${true} onClose=${() => setRemoving(false)} onSend=${(said) => act(`${path}/remove`, example, { reason: said.get("reason").trim() }).then(onChanged)}>
      <${ReasonField} label=${t("loop.reason")} />
    </>`}
  </li>`;
}
