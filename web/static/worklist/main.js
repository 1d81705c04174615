// An inspector's worklist: which calls are to be heard, why, and until when. Each row leads to its call with its sheet.

import { html, useEffect, useState } from "../vendor/preact.js";
import { acting } from "../lib/acting.js";
import { t } from "../lib/i18n.js";
import { may } from "../lib/session.js";
import { agentOf, clockText, timeText } from "../lib/wording.js";
import { InspectionTabs } from "../frame/inspection-tabs.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { offerShortcuts } from "../frame/shortcuts.js";
import { inOrder } from "../inspection/order.js";
import { worded } from "../inspection/wording.js";
import { addressed } from "../office/address.js";
import { ask, Done, Fault, query, useAsked } from "../office/api.js";
import { Field, Segments } from "../office/parts.js";
import { loadPeople, nameOf } from "../office/people.js";
import { DropSheet } from "./drop-sheet.js";
import { reasonOf } from "./reason.js";

const MOST = 500;
const DAY_MS = 86_400_000;
const AGAIN_MS = 30_000;
const STATES = ["open", "done", "dropped"];
const DUES = ["late", "soon", "later"];
const { state, change } = addressed({ whose: "me", state: "open", plan: "", due: "", agent: "" });

/** `late`, `soon` (within a day) or `later`; nothing for what is no longer open. */
function dueOf(task) {
  if (task.state !== "open") return "";
  const left = Date.parse(task.due_at) - Date.now();
  return left < 0 ? "late" : left < DAY_MS ? "soon" : "later";
}

function callAddress(task) {
  return `/calls/${encodeURIComponent(task.call.call_id)}${query({ task: task.task_id })}`;
}

function Worklist() {
  const values = state.value;
  const asked = query({ inspector: values.whose === "me" ? "me" : "", state: values.state, limit: MOST });
  const { found, fault, busy, again } = useAsked(() => ask(`/inspection/tasks${asked}`), `${asked} ${acting.value}`, AGAIN_MS);
  const { found: desk } = useAsked(loadDesk, "desk");
  useEffect(() => void loadPeople(), []);
  const [dropping, setDropping] = useState(null);
  const [done, setDone] = useState("");
  const tasks = inOrder(found?.tasks ?? []).filter(
    (task) =>
      (!values.plan || task.plan === values.plan) &&
      (!values.due || dueOf(task) === values.due) &&
      (!values.agent || agentText(task.call).toLowerCase().includes(values.agent.toLowerCase())),
  );
  const drop = () => {
    const task = tasks.find(({ task_id }) => task_id === document.activeElement?.closest("tr")?.dataset.task);
    if (task?.state === "open" && may("quality")) setDropping(task);
  };
  useEffect(() => {
    offerShortcuts([
      { id: "next", key: "j", says: "help.next", group: "lists", repeats: true, does: () => move(1) },
      { id: "previous", key: "k", says: "help.previous", group: "lists", repeats: true, does: () => move(-1) },
      { id: "search", key: "/", says: "help.worklist_agent", group: "lists", does: () => document.getElementById("agent")?.focus() },
      { id: "whose", key: "w", says: "help.worklist_whose", group: "lists", does: () => change({ whose: state.value.whose === "me" ? "all" : "me" }) },
      ...(may("quality") ? [{ id: "drop", key: "d", says: "help.worklist_drop", group: "lists", does: drop }] : []),
    ]);
  }, [tasks]);
  return html`
    <${TopBar} section="inspection"><span class="grow"></span></>
    <main class="page">
      <${InspectionTabs} shown="worklist" />
      <div class="page-head">
        <h2>${t("worklist.title")}</h2>
        <${Segments}
          label=${t("worklist.whose")}
          chosen=${values.whose}
          onChoose=${(whose) => change({ whose })}
          options=${[["me", t("worklist.mine")], ["all", t("worklist.all")]]}
        />
        <span class="aside" role="status">${found && counted(found.tasks)}</span>
        <span class="grow"></span>
        ${may("quality") && desk?.plans.length > 0 && html`<${Draw} plans=${desk.plans} onDrawn=${(n) => (setDone(t("worklist.drawn", { n })), again())} />`}
      </div>
      <${Done} text=${done} />
      <${Filters} values=${values} plans=${desk?.plans ?? []} />
      <${Fault} fault=${fault} />
      <section class="panel" aria-busy=${busy} aria-label=${t("worklist.title")}>
        ${tasks.length > 0
          ? html`<div class="scroll"><${Rows} tasks=${tasks} desk=${desk} whose=${values.whose} onDrop=${setDropping} /></div>`
          : html`<p class="empty" role="status">${t(emptyWord(found, desk))}${desk?.plans.length === 0 && html` <a class="link" href="/inspection/plans">${t("inspection.tab.plans")}</a>`}</p>`}
      </section>
    </main>
    ${dropping && html`<${DropSheet} task=${dropping} onClose=${() => setDropping(null)} onDropped=${again} />`}
  `;
}

async function loadDesk() {
  const [{ plans }, { sheets }] = await Promise.all([ask("/inspection/plans"), ask("/inspection/sheets")]);
  return { plans, sheets: Object.fromEntries(sheets.map(({ sheet }) => [sheet.sheet, worded(sheet.title)])) };
}

function counted(tasks) {
  const open = tasks.filter((task) => task.state === "open");
  const late = open.filter((task) => dueOf(task) === "late").length;
  if (open.length === 0) return t("worklist.none_open");
  return t(late > 0 ? "worklist.counted_late" : "worklist.counted", { n: open.length, late });
}

function emptyWord(found, desk) {
  if (found === null || desk === null) return "office.loading";
  return desk.plans.length === 0 ? "worklist.no_plans" : "worklist.none";
}

function agentText(call) {
  return call.agent_id ? nameOf(call.agent_id) : agentOf(null);
}

function Filters({ values, plans }) {
  const choose = (name) => ({ target }) => change({ [name]: target.value });
  return html`<form class="panel filters" role="search" aria-label=${t("worklist.filters")} onSubmit=${(event) => event.preventDefault()}>
    <${Field} label=${t("worklist.state")}>
      <select class="field" onChange=${choose("state")}>
        ${STATES.map((each) => html`<option key=${each} value=${each} selected=${each === values.state}>${t(`worklist.state.${each}`)}</option>`)}
      </select>
    </>
    <${Field} label=${t("worklist.due")}>
      <select class="field" onChange=${choose("due")}>
        <option value="">${t("worklist.any")}</option>
        ${DUES.map((each) => html`<option key=${each} value=${each} selected=${each === values.due}>${t(`worklist.due.${each}`)}</option>`)}
      </select>
    </>
    <${Field} label=${t("worklist.plan")}>
      <select class="field" onChange=${choose("plan")}>
        <option value="">${t("worklist.any")}</option>
        ${plans.map(({ plan }) => html`<option key=${plan} value=${plan} selected=${plan === values.plan}>${plan}</option>`)}
      </select>
    </>
    <${Field} label=${t("fact.agent")}><input id="agent" class="field" value=${values.agent} onInput=${({ target }) => change({ agent: target.value }, { replace: true })} /></>
  </form>`;
}

function Rows({ tasks, desk, whose, onDrop }) {
  return html`<table class="table folds worklist">
    <thead>
      <tr>
        <th scope="col">${t("history.call")}</th>
        <th scope="col">${t("fact.agent")}</th>
        <th scope="col">${t("worklist.why")}</th>
        <th scope="col">${t("worklist.risk")}</th>
        <th scope="col">${t("worklist.due")}</th>
        <th scope="col">${t("worklist.state")}</th>
        ${whose === "all" && html`<th scope="col">${t("worklist.inspector")}</th>`}
        ${may("quality") && html`<th scope="col"><span class="visually-hidden">${t("worklist.drop")}</span></th>`}
      </tr>
    </thead>
    <tbody>
      ${tasks.map(
        (task) => html`<tr key=${task.task_id} data-task=${task.task_id}>
          <td class="main">
            <a data-row href=${callAddress(task)}>${timeText(task.call.started_at, false)}</a>
            <span class="sub">${clockText(task.call.duration_ms)} · ${desk?.sheets[task.sheet] ?? task.sheet}</span>
          </td>
          <td data-label=${t("fact.agent")}><bdi>${agentText(task.call)}</bdi><span class="sub">${[task.call.team, task.call.queue].filter(Boolean).join(" · ")}</span></td>
          <td data-label=${t("worklist.why")}>${reasonOf(task, desk?.plans)}<span class="sub">${task.plan} · ${task.period}</span></td>
          <td data-label=${t("worklist.risk")}><span class="risk"><b>${task.risk}</b><span class="bar" aria-hidden="true"><span style=${{ width: `${task.risk}%` }}></span></span></span></td>
          <td data-label=${t("worklist.due")}><span class="due ${dueOf(task)}">${timeText(task.due_at, false)}</span>${dueOf(task) === "late" && html`<span class="sub">${t("worklist.due.late")}</span>`}</td>
          <td data-label=${t("worklist.state")}>${t(task.state === "open" && task.score_id ? "worklist.begun" : `worklist.state.${task.state}`)}</td>
          ${whose === "all" && html`<td data-label=${t("worklist.inspector")}><bdi>${nameOf(task.inspector)}</bdi></td>`}
          ${may("quality") && html`<td class="tight">${task.state === "open" && html`<button class="button quiet drop" onClick=${() => onDrop(task)} aria-label=${t("worklist.drop_of", { at: timeText(task.call.started_at, false) })}>${t("worklist.drop")}</button>`}</td>`}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function Draw({ plans, onDrawn }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(null);
  const draw = async () => {
    setBusy(true);
    try {
      let drawn = 0;
      for (const { plan } of plans) drawn += (await ask(`/inspection/plans/${encodeURIComponent(plan)}/draw`, { method: "POST", body: {} })).tasks.length;
      setFault(null);
      onDrawn(drawn);
    } catch (refusal) {
      setFault(refusal);
    }
    setBusy(false);
  };
  return html`<${Fault} fault=${fault} /><button class="button" id="draw" disabled=${busy} onClick=${draw}>${t("worklist.draw")}</button>`;
}

/** To the next or previous row. */
function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next]?.focus();
}

await openPage(Worklist, { title: () => t("worklist.title") });
