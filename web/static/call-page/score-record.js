// The score on the call page: which one, every judgement sent at once and in order, its result as the service works it out.

import { computed, signal } from "../vendor/preact.js";
import { me } from "../lib/acting.js";
import { may } from "../lib/session.js";
import { ask, query } from "../office/api.js";
import { inOrder } from "../inspection/order.js";
import { itemsOf } from "../inspection/wording.js";
import { callId } from "./record.js";

const MOST_TASKS = 50;
const asked = new URLSearchParams(location.search);
const post = (path, body = {}) => ask(path, { method: "POST", body });

export const score = signal(null);
export const sheet = signal(null); // as it was when the score was begun
export const sheets = signal([]); // those in use
export const trail = signal([]); // newest first
export const fault = signal(null);
export const waiting = signal(0); // judgements on their way
export const nextTask = signal(null); // the next call of the worklist, once this one is done

/** Whether the one who looks may judge: an own draft. */
export const editable = computed(() => score.value?.state === "draft" && may("score") && score.value.inspector === me.value);

/** The score the address asks for: of a task, of a calibration, by its id; else the call's own draft or newest one. */
export async function loadScore() {
  if (!may("scores") && !may("score")) return;
  const [task, round, id] = ["task", "calibration", "score"].map((name) => asked.get(name));
  try {
    if (task) return await show(await post(`/inspection/tasks/${encodeURIComponent(task)}/begin`));
    if (round) return await show(await post(`/inspection/calibrations/${encodeURIComponent(round)}/calls/${encodeURIComponent(callId)}/score`));
    if (id) return await show(await ask(`/inspection/scores/${encodeURIComponent(id)}`));
  } catch (refusal) {
    fault.value = refusal;
  }
  try {
    const { scores } = await ask(`/calls/${encodeURIComponent(callId)}/scores`);
    const found = scores.findLast(({ state, inspector }) => state === "draft" && inspector === me.value) ?? scores.at(-1);
    if (found) return await show(found);
    if (may("score")) sheets.value = (await ask("/inspection/sheets")).sheets.map((each) => each.sheet);
  } catch (refusal) {
    fault.value ??= refusal;
  }
  return undefined;
}

/** Score this call on a sheet. @param {string} name */
export async function begin(name) {
  try {
    await show(await post(`/calls/${encodeURIComponent(callId)}/scores`, { sheet: name }));
    fault.value = null;
  } catch (refusal) {
    fault.value = refusal;
  }
}

async function show(found) {
  const { sheet: content } = await ask(`/inspection/sheets/${found.sheet_digest}`);
  sheet.value = content;
  score.value = found;
  await loadTrail();
}

async function loadTrail() {
  const { steps } = await ask(`/inspection/scores/${encodeURIComponent(score.value.score_id)}/trail`);
  trail.value = steps.reverse();
}

/** How an item stands. @param {string} item */
export function markOf(item) {
  return score.value.marks.find((mark) => mark.item === item) ?? { item, state: "open", counts: {}, choice: null, evidence: [], reason: null };
}

let line = Promise.resolve();
let version = null; // of the newest answer, while judgements are on their way

/** Judge an item: shown at once, sent in order. @param {string} item @param {{counts?: object, choice?: string|null, open?: boolean, reason?: string|null}} judged */
export function judge(item, judged) {
  const before = markOf(item);
  const { counts = {}, choice = null, open = false, reason = before.reason } = judged;
  if (waiting.value === 0) version = score.value.version;
  const mark = { ...before, state: open ? "open" : "judged", counts, choice, reason };
  const others = score.value.marks.filter((each) => each.item !== item);
  score.value = { ...score.value, marks: [...others, mark] };
  waiting.value += 1;
  line = line.then(() => send(item, { counts, choice, open, reason }));
}

async function send(item, body) {
  const path = `/inspection/scores/${encodeURIComponent(score.value.score_id)}`;
  try {
    const answer = await ask(`${path}/items/${item}`, { method: "PUT", body: { version, ...body } });
    version = answer.version;
    fault.value = null;
    waiting.value -= 1;
    score.value = waiting.value === 0 ? answer : { ...answer, marks: score.value.marks };
    if (waiting.value === 0) await loadTrail();
  } catch (refusal) {
    fault.value = refusal;
    waiting.value -= 1;
    const kept = await ask(path).catch(() => null);
    if (kept === null) return;
    version = kept.version;
    if (waiting.value === 0) score.value = kept;
  }
}

/** The sheet is done; answers whether it was taken. @param {string} note */
export async function close(note) {
  await line;
  try {
    const { score_id, version: seen } = score.value;
    score.value = await post(`/inspection/scores/${encodeURIComponent(score_id)}/close`, { version: seen, note: note || null });
    fault.value = null;
    await Promise.all([loadTrail(), findNext()]);
    return true;
  } catch (refusal) {
    fault.value = refusal;
    return false;
  }
}

async function findNext() {
  const { tasks } = await ask(`/inspection/tasks${query({ inspector: "me", state: "open", limit: MOST_TASKS })}`).catch(() => ({ tasks: [] }));
  nextTask.value = inOrder(tasks).find(({ call }) => call.call_id !== callId) ?? null;
}

/** Items nobody has judged, in the order of the sheet; one whose judgement is on its way is judged. */
export function openItems() {
  const open = new Set(score.value.result.open_items);
  return itemsOf(sheet.value).filter(({ id }) => open.has(id) && markOf(id).state === "open");
}
