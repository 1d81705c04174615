// Who works where: people, teams, sites, queues and routes, one by one or from a table.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";
import { addressed } from "../office/address.js";
import { ask, Done, Fault, useAsked } from "../office/api.js";
import { Field, Segments } from "../office/parts.js";
import { COLUMNS, FIELDS, KINDS, entryOf, shownValue, textsOf } from "./roster-fields.js";

const MOST = 300; // rows drawn; the search finds the others
const { state, change } = addressed({ kind: "people", find: "" });

export function Roster() {
  const { kind, find } = state.value;
  const { found, fault, again } = useAsked(() => ask("/roster"), "roster");
  const [edited, setEdited] = useState(null); // {entry} of the kind shown; entry null: a new one
  const [importing, setImporting] = useState(false);
  const [done, setDone] = useState("");
  if (found === null) return fault ? html`<${Fault} fault=${fault} />` : html`<p class="empty" role="status">${t("office.loading")}</p>`;
  const needle = find.trim().toLowerCase();
  const entries = found[kind].filter((entry) => needle === "" || JSON.stringify(entry).toLowerCase().includes(needle));
  const changed = (text) => {
    setDone(text);
    setEdited(null);
    again();
  };
  return html`
    <section class="panel" aria-label=${t(`roster.${kind}`)}>
      <div class="panel-foot roster-bar">
        <${Segments} label=${t("admin.roster")} chosen=${kind} onChoose=${(next) => change({ kind: next })} options=${KINDS.map((each) => [each, `${t(`roster.${each}`)} ${numberText(found[each].length)}`])} />
        <input class="field" type="search" aria-label=${t("roster.find")} placeholder=${t("roster.find")} value=${find} onInput=${({ target }) => change({ find: target.value }, { replace: true })} />
        <span class="grow"></span>
        ${kind === "people" && html`<button class="button" onClick=${() => setImporting(true)}>${t("roster.import")}</button>`}
        <button class="button primary" onClick=${() => setEdited({ entry: null })}>${t("roster.add")}</button>
      </div>
      <${Fault} fault=${fault} /><${Done} text=${done} />
      ${entries.length === 0
        ? html`<p class="empty" role="status">${t(needle ? "history.none" : "roster.none")}</p>`
        : html`<div class="scroll">
            <table class="table folds">
              <thead><tr>${COLUMNS[kind].map((name) => html`<th key=${name} scope="col">${t(`roster.field.${name}`)}</th>`)}</tr></thead>
              <tbody>
                ${entries.slice(0, MOST).map(
                  (entry) => html`<tr key=${entry.id}>
                    ${COLUMNS[kind].map((name, at) =>
                      at === 0
                        ? html`<td key=${name} class="main"><button class="link" onClick=${() => setEdited({ entry })}>${entry.id}</button></td>`
                        : html`<td key=${name} data-label=${t(`roster.field.${name}`)}>${shownValue(name, entry[name])}</td>`,
                    )}
                  </tr>`,
                )}
              </tbody>
            </table>
          </div>`}
      ${entries.length > MOST && html`<p class="panel-foot subtle">${t("roster.more", { n: numberText(entries.length - MOST) })}</p>`}
    </section>
    <${EntrySheet} kind=${kind} edited=${edited} roster=${found} onClose=${() => setEdited(null)} onChanged=${changed} />
    <${ImportSheet} open=${importing} onClose=${() => setImporting(false)} onDone=${(n) => changed(t("roster.imported", { n: numberText(n) }))} />
  `;
}

function useSheet(open) {
  const sheet = useRef(null);
  useEffect(() => {
    if (open) sheet.current.showModal();
    else sheet.current.close();
  }, [open]);
  return sheet;
}

function EntrySheet({ kind, edited, roster, onClose, onChanged }) {
  const sheet = useSheet(edited !== null);
  return html`<dialog ref=${sheet} class="sheet wide" aria-labelledby="entry-title" onClose=${onClose}>
    ${edited && html`<${EntryForm} key=${`${kind} ${edited.entry?.id}`} ...${{ kind, roster, onClose, onChanged }} entry=${edited.entry} />`}
  </dialog>`;
}

function EntryForm({ kind, entry, roster, onClose, onChanged }) {
  const [texts, setTexts] = useState(textsOf(kind, entry ?? {}));
  const [fault, setFault] = useState(null);
  const [sure, setSure] = useState(false);
  const path = (id) => `/roster/${kind}/${encodeURIComponent(id)}`;
  const set = (name, value) => setTexts((before) => ({ ...before, [name]: value }));
  const save = (event) => {
    event.preventDefault();
    const { id, ...body } = entryOf(kind, texts);
    ask(path(id), { method: "PUT", body }).then(() => onChanged(t("roster.saved", { id })), setFault);
  };
  const drop = () => (sure ? ask(path(entry.id), { method: "DELETE" }).then(() => onChanged(t("roster.dropped", { id: entry.id })), setFault) : setSure(true));
  return html`<form onSubmit=${save}>
    <h2 id="entry-title">${entry ? entry.id : t("roster.add")}</h2>
    <div class="form">
      ${FIELDS[kind].map(([name, sort, options]) => html`<${EntryField} key=${name} ...${{ name, sort, options, roster, set }} value=${texts[name]} fixed=${name === "id" && entry !== null} />`)}
    </div>
    <${Fault} fault=${fault} />
    <div class="buttons">
      <button class="button primary">${t("roster.save")}</button>
      <button class="button quiet" type="button" onClick=${onClose}>${t("office.cancel")}</button>
      <span class="grow"></span>
      ${entry && html`<button class="button danger" type="button" onClick=${drop}>${t(sure ? "roster.really" : "roster.drop")}</button>`}
    </div>
  </form>`;
}

function EntryField({ name, sort, options, roster, value, fixed, set }) {
  const label = t(`roster.field.${name}`);
  if (sort === "choices") {
    const flip = (each, on) => set(name, options.filter((other) => (other === each ? on : value.includes(other))));
    return html`<fieldset class="wide"><legend class="subtle">${label}</legend><div class="choices">
      ${options.map((each) => html`<label key=${each}><input type="checkbox" checked=${value.includes(each)} onChange=${({ target }) => flip(each, target.checked)} />${t(`roster.role.${each}`)}</label>`)}
    </div></fieldset>`;
  }
  if (sort === "one") {
    return html`<${Field} label=${label}><select class="field" value=${value} onChange=${({ target }) => set(name, target.value)}>
      ${options.map((each) => html`<option key=${each} value=${each} selected=${each === value}>${t(`severity.${each}`)}</option>`)}
    </select></>`;
  }
  const list = { team: "teams", teams: "teams", queue: "queues", queues: "queues", site: "sites", sites: "sites", first: "people", second: "people", third: "people" }[name];
  const hint = sort === "duty" ? t("roster.hint.duty") : sort === "many" ? t("roster.hint.many") : null;
  return html`<${Field} label=${label} wide=${sort === "duty"} hint=${hint}>
    <input class="field" value=${value} readonly=${fixed} required=${name === "id" || name === "first"} list=${sort === "text" && list ? `of-${name}` : undefined} onInput=${({ target }) => set(name, target.value)} />
    ${sort === "text" && list && html`<datalist id=${`of-${name}`}>${roster[list].map((each) => html`<option key=${each.id} value=${each.id} />`)}</datalist>`}
  </>`;
}

function ImportSheet({ open, onClose, onDone }) {
  const sheet = useSheet(open);
  const [text, setText] = useState("");
  const [fault, setFault] = useState(null);
  const read = async ({ target }) => target.files[0] && setText(await target.files[0].text());
  const submit = (event) => {
    event.preventDefault();
    ask("/roster/import", { method: "POST", text, type: "text/csv" }).then(({ people }) => {
      setText("");
      setFault(null);
      onClose();
      onDone(people);
    }, setFault);
  };
  return html`<dialog ref=${sheet} class="sheet wide" aria-labelledby="import-title" onClose=${onClose}>
    ${open &&
    html`<form onSubmit=${submit}>
      <h2 id="import-title">${t("roster.import")}</h2>
      <p class="subtle">${t("roster.import_says")}</p>
      <label class="labelled"><span>${t("roster.file")}</span><input type="file" accept=".csv,text/csv" onChange=${read} /></label>
      <label class="labelled"><span>${t("roster.table")}</span>
        <textarea class="field mono" rows="9" wrap="off" spellcheck="false" required placeholder="id,name,roles,teams,extension" value=${text} onInput=${({ target }) => setText(target.value)}></textarea>
      </label>
      <${Fault} fault=${fault && { ...fault, message: fault.message, errors: fault.errors?.map(({ detail }) => rowOf(detail)) }} />
      <div class="buttons"><button class="button primary">${t("roster.take")}</button><button class="button quiet" type="button" onClick=${onClose}>${t("office.cancel")}</button></div>
    </form>`}
  </dialog>`;
}

/** `line 7: roles: what is wrong`, its row apart. */
function rowOf(detail) {
  const found = /^line (\d+): (.*)$/s.exec(detail);
  return found ? { field: t("roster.row", { n: found[1] }), detail: found[2] } : { field: "", detail };
}
