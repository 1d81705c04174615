// Files of rules are changed here: check tells every fault with its line, forecast plays past days, publish puts in force.

import { html, signal, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { languageName, numberText } from "../lib/wording.js";
import { ask, Fault } from "../office/api.js";
import { Field } from "../office/parts.js";
import { Editor } from "./editor.js";
import { Forecast } from "./forecast.js";

export const drafts = signal({}); // path → changed text, kept while the page is open
const WAIT_MS = 900; // after the last key the file is checked

export function Workshop({ files, path, line, onPath, onPublished }) {
  const byPath = new Map(files.files.map((file) => [file.path, file]));
  const current = byPath.has(path) ? path : files.files[0]?.path;
  const kept = byPath.get(current)?.text ?? "";
  const text = drafts.value[current] ?? kept;
  const [checked, setChecked] = useState(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(null);
  const [jump, setJump] = useState({ line, round: 0 });
  const [publishing, setPublishing] = useState(false);
  const newest = useRef(0);
  useEffect(() => setJump((before) => ({ line, round: before.round + 1 })), [path, line]);
  const write = (changed) => {
    const { [current]: _old, ...others } = drafts.value;
    drafts.value = changed === kept ? others : { ...others, [current]: changed };
  };
  const check = async () => {
    const number = (newest.current += 1);
    const changed = drafts.value;
    if (Object.keys(changed).length === 0) return setChecked(null);
    setBusy(true);
    try {
      const found = await ask("/rules/check", { method: "POST", body: { files: changed } });
      if (number === newest.current) setChecked(found);
      setFault(null);
    } catch (refusal) {
      if (number === newest.current) setFault(refusal);
    }
    if (number === newest.current) setBusy(false);
  };
  useEffect(() => {
    newest.current += 1; // an answer about the text before is of no use
    const timer = setTimeout(check, WAIT_MS);
    return () => clearTimeout(timer);
  }, [drafts.value]);
  const changedPaths = Object.keys(drafts.value);
  const faults = checked?.faults ?? [];
  const go = (each) => {
    onPath(each.file, each.line);
    setJump((before) => ({ line: each.line, round: before.round + 1 }));
  };
  if (current === undefined) return html`<p class="empty">${t("rules.no_files")}</p>`;
  return html`
    ${files.locked && html`<p class="banner" role="note">${files.locked}</p>`}
    <div class="workshop">
      <nav class="panel files" aria-label=${t("rules.files")}>
        ${[...new Set(files.files.map((file) => file.language))].map(
          (language) => html`<section key=${language}>
            <h3>${languageName(language)}</h3>
            <ul>
              ${files.files
                .filter((file) => file.language === language)
                .map(
                  (file) => html`<li key=${file.path}>
                    <button aria-current=${file.path === current ? "true" : undefined} onClick=${() => onPath(file.path)}>
                      <span>${t(`topic.${file.topic}`)}</span>
                      ${file.path in drafts.value && html`<span class="changed" title=${t("rules.changed")}>●<span class="visually-hidden">${t("rules.changed")}</span></span>`}
                    </button>
                  </li>`,
                )}
            </ul>
          </section>`,
        )}
      </nav>
      <div class="edit-side">
        <section class="panel edit" aria-label=${current}>
          <header class="panel-head">
            <h3 class="mono">${current}</h3>
            <span class="state ${busy ? "off" : faults.length > 0 ? "bad" : changedPaths.length > 0 ? "good" : "off"}" role="status">${verdict(busy, changedPaths, checked)}</span>
            <span class="grow"></span>
            ${current in drafts.value && html`<button class="button quiet" onClick=${() => write(kept)}>${t("rules.undo")}</button>`}
            <button class="button primary" disabled=${changedPaths.length === 0 || busy || faults.length > 0 || files.locked !== null} onClick=${() => setPublishing(true)}>${t("rules.publish")}</button>
          </header>
          <${Editor} text=${text} label=${current} faults=${faults.filter((each) => each.file === current)} line=${jump.line} lineAsked=${jump.round} onText=${write} />
        </section>
        <${Fault} fault=${fault} />
        ${faults.length > 0 &&
        html`<section class="panel faults" aria-labelledby="faults-title">
          <header class="panel-head"><h3 id="faults-title">${t("rules.faults", { n: numberText(faults.length) })}</h3></header>
          <ol>
            ${faults.map(
              (each, at) => html`<li key=${at}>
                <button class="link mono" onClick=${() => go(each)}>${each.file}:${each.line}</button>
                <span>${each.rule && html`<code>${each.rule}</code> `}${each.text}${each.example && html`: <q dir="auto">${each.example}</q>`}</span>
              </li>`,
            )}
          </ol>
        </section>`}
        <${Forecast} changed=${drafts.value} blocked=${faults.some((each) => each.rule === null)} />
      </div>
    </div>
    <${PublishSheet} open=${publishing} changed=${drafts.value} version=${files.version} onClose=${() => setPublishing(false)} onPublished=${onPublished} />
  `;
}

function verdict(busy, changed, checked) {
  if (changed.length === 0) return t("rules.unchanged");
  if (busy || checked === null) return t("rules.checking");
  if (checked.faults.length > 0) return t("rules.faults", { n: numberText(checked.faults.length) });
  return t("rules.sound", { rules: numberText(checked.rules), examples: numberText(checked.examples) });
}

function PublishSheet({ open, changed, version, onClose, onPublished }) {
  const sheet = useRef(null);
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    setFault(null);
    if (open) sheet.current.showModal();
    else sheet.current.close();
  }, [open]);
  const publish = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const note = new FormData(event.target).get("note").trim();
      await ask("/rules/publish", { method: "POST", body: { files: changed, version, note } });
      drafts.value = {};
      onClose();
      onPublished();
    } catch (refusal) {
      setFault(refusal);
    }
    setBusy(false);
  };
  return html`<dialog ref=${sheet} class="sheet" aria-labelledby="publish-title" onClose=${onClose}>
    ${open &&
    html`<form onSubmit=${publish}>
      <h2 id="publish-title">${t("rules.publish_title")}</h2>
      <p>${t("rules.publish_says")}</p>
      <ul class="changed-files">${Object.keys(changed).map((path) => html`<li key=${path}><code>${path}</code></li>`)}</ul>
      <${Field} label=${t("rules.note")}><input class="field" name="note" maxlength="500" autofocus /></>
      <${Fault} fault=${fault} />
      <div class="buttons">
        <button class="button primary" disabled=${busy}>${t(busy ? "rules.publishing" : "rules.publish")}</button>
        <button class="button quiet" type="button" onClick=${onClose}>${t("office.cancel")}</button>
      </div>
    </form>`}
  </dialog>`;
}

