// What was: calls and alerts found by whose and what they were, when, and what was said.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { offerShortcuts } from "../frame/shortcuts.js";
import { addressed } from "../office/address.js";
import { ask, Fault, query, useAsked } from "../office/api.js";
import { beginOf, dayText, endOf } from "../office/days.js";
import { Field, Names, Segments, Span } from "../office/parts.js";
import { loadPeople } from "../office/people.js";
import { AlertRows, CallRows } from "./rows.js";
import { timeText } from "../lib/wording.js";
import { KINDS, SEVERITIES } from "./choices.js";

const PAGE = 50;
const USUAL = { show: "calls", from: dayText(6), to: dayText(0), agent: "", team: "", queue: "", kind: "", severity: "", rule: "", said: "", ended_by: "" };
const { state, change } = addressed(USUAL);

function asked(values) {
  const { agent, team, queue, kind, severity, rule, said, from, to, ended_by } = values;
  return {
    ...{ agent, team, queue, kind, severity, rule, said: said.trim(), since: beginOf(from), until: endOf(to) },
    ...(values.show === "calls" && { hung_up_by: ended_by }),
  };
}

function History() {
  const values = state.value;
  const { found: roster } = useAsked(() => ask("/roster"), "roster");
  const search = useRef(null);
  useEffect(() => {
    loadPeople();
    offerShortcuts([{ id: "search", key: "/", says: "help.search_words", group: "page", does: () => search.current?.focus() }]);
  }, []);
  return html`
    <${TopBar} section="history"><span class="grow"></span></>
    <main class="page">
      <div class="page-head">
        <h2>${t("history.title")}</h2>
        <${Segments}
          label=${t("history.what")}
          chosen=${values.show}
          onChoose=${(show) => change({ show })}
          options=${[["calls", t("history.calls")], ["alerts", t("history.alerts")]]}
        />
        <span class="grow"></span>
        <a class="button" href=${`/api/v1/history/${values.show}.csv${query(asked(values))}`} download>${t("office.csv")}</a>
      </div>
      <${Filters} values=${values} roster=${roster} search=${search} />
      <${Results} key=${JSON.stringify(values)} values=${values} />
    </main>
  `;
}

function Filters({ values, roster, search }) {
  const [typed, setTyped] = useState(values);
  useEffect(() => setTyped(values), [values]);
  const type = (name) => ({ target }) => setTyped((before) => ({ ...before, [name]: target.value }));
  const choose = (name) => ({ target }) => change({ ...typed, [name]: target.value });
  const submit = (event) => {
    event.preventDefault();
    change(typed);
  };
  const isUsual = Object.keys(USUAL).every((name) => name === "show" || typed[name] === USUAL[name]);
  return html`<form class="panel filters" role="search" aria-label=${t("history.filters")} onSubmit=${submit}>
    <div class="across">
      <${Field} label=${t("history.said")}>
        <input ref=${search} class="field words" type="search" maxlength="200" placeholder=${t("history.said_hint")} value=${typed.said} onInput=${type("said")} />
      </>
      <${Span} from=${typed.from} to=${typed.to} onChange=${(days) => change({ ...typed, ...days })} />
      <button class="button primary">${t("history.search")}</button>
      ${!isUsual && html`<button type="button" class="button quiet" onClick=${() => change({ ...USUAL, show: values.show })}>${t("history.clear")}</button>`}
    </div>
    <${Field} label=${t("fact.agent")}><input class="field" list="people" value=${typed.agent} onInput=${type("agent")} onChange=${choose("agent")} /></>
    <${Field} label=${t("fact.team")}><input class="field" list="teams" value=${typed.team} onInput=${type("team")} onChange=${choose("team")} /></>
    <${Field} label=${t("fact.queue")}><input class="field" list="queues" value=${typed.queue} onInput=${type("queue")} onChange=${choose("queue")} /></>
    <${Field} label=${t("history.kind")}><${Choice} value=${typed.kind} onChange=${choose("kind")} options=${KINDS.map((each) => [each, t(`kind.${each}`)])} /></>
    <${Field} label=${t("filter.severity")}>
      <${Choice} value=${typed.severity} onChange=${choose("severity")} options=${SEVERITIES.map((each, at) => [SEVERITIES.slice(0, at + 1).join(","), t(`filter.least.${each}`)])} />
    </>
    ${values.show === "calls" &&
    html`<${Field} label=${t("fact.hung_up_by")}><${Choice} value=${typed.ended_by} onChange=${choose("ended_by")} options=${["agent", "customer", "system", "unknown"].map((each) => [each, t(`party.${each}`)])} /></>`}
    <${Names} id="people" entries=${roster?.people} /><${Names} id="teams" entries=${roster?.teams} /><${Names} id="queues" entries=${roster?.queues} />
  </form>`;
}

function Choice({ value, options, onChange }) {
  return html`<select class="field" value=${value} onChange=${onChange}>
    <option value="" selected=${value === ""}>${t("office.all")}</option>
    ${options.map(([each, name]) => html`<option key=${each} value=${each} selected=${each === value}>${name}</option>`)}
  </select>`;
}

function Results({ values }) {
  const [pages, setPages] = useState([]);
  const [busy, setBusy] = useState(true);
  const [fault, setFault] = useState(null);
  const more = async (cursor) => {
    setBusy(true);
    try {
      const page = await ask(`/history/${values.show}${query({ ...asked(values), limit: PAGE, cursor })}`);
      setPages((before) => [...before, page]);
      setFault(null);
    } catch (refusal) {
      setFault(refusal);
    }
    setBusy(false);
  };
  useEffect(() => void more(null), []);
  const rows = pages.flatMap((page) => page[values.show]);
  const last = pages.at(-1);
  if (fault && rows.length === 0) return html`<${Fault} fault=${fault} />`;
  const Rows = values.show === "calls" ? CallRows : AlertRows;
  return html`<section class="panel" aria-busy=${busy} aria-label=${t(`history.${values.show}`)}>
    ${rows.length > 0 ? html`<div class="scroll"><${Rows} rows=${rows} said=${values.said} /></div>` : html`<p class="empty" role="status">${t(busy ? "office.loading" : "history.none")}</p>`}
    ${last?.looked_back_to && html`<p class="empty">${t("history.looked_back", { at: timeText(last.looked_back_to, false) })}</p>`}
    ${(last?.next_cursor || (busy && rows.length > 0)) &&
    html`<div class="panel-foot">
      <button class="button" disabled=${busy} onClick=${() => more(last.next_cursor)}>${t(busy ? "office.loading" : "history.more")}</button>
      <span class="subtle">${t("history.shown", { n: rows.length })}</span>
    </div>`}
    <${Fault} fault=${fault} />
  </section>`;
}

await openPage(History, { title: () => t("history.title") });
