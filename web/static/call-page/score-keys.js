// The keys of the sheet: from item to item, judging, evidence, submitting. The item in hand is the one that has the focus.

import { signal } from "../vendor/preact.js";
import { choicesOf, countedOf, itemsOf } from "../inspection/wording.js";
import { editable, judge, markOf, openItems, score, sheet } from "./score-record.js";

export const inHand = signal(null); // id of the item that had the focus last
export const reasonFor = signal(null); // id of the item whose reason is being written
export const submitting = signal(false);

/** Bring an item into hand. @param {string} id */
export function take(id) {
  inHand.value = id;
  document.querySelector(`[data-item="${id}"]`)?.focus({ preventScroll: true });
  document.querySelector(`[data-item="${id}"]`)?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const items = itemsOf(sheet.value);
  const at = items.findIndex(({ id }) => id === inHand.value);
  const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + step));
  take(items[next].id);
}

/** The next item that is open, from the one in hand on. */
export function toOpen() {
  const items = itemsOf(sheet.value).map(({ id }) => id);
  const at = items.indexOf(inHand.value);
  const open = openItems().map(({ id }) => id);
  const next = open.find((id) => items.indexOf(id) > at) ?? open[0];
  if (next) take(next);
}

/** Choose the n-th possibility, or count the n-th thing once more. @param {any} item @param {number} number from 1 */
export function pick(item, number) {
  const choices = choicesOf(item);
  if (choices.length > 0) {
    if (choices[number - 1]) judge(item.id, { choice: choices[number - 1].id });
    return;
  }
  const counted = countedOf(item)[number - 1];
  if (counted) count(item, counted.id, 1);
}

/** So many more or fewer of something. @param {any} item @param {string} name @param {number} step */
export function count(item, name, step) {
  const { counts } = markOf(item.id);
  const next = Math.max(0, (counts[name] ?? 0) + step);
  const changed = { ...counts, [name]: next };
  judge(item.id, { counts: Object.fromEntries(Object.entries(changed).filter(([, times]) => times > 0)) });
}

/** The item is as it should be. */
export function faultless(item) {
  judge(item.id, { choice: choicesOf(item)[0]?.id ?? null });
}

function ofItem(act) {
  return () => {
    const item = itemsOf(sheet.value).find(({ id }) => id === inHand.value);
    if (item) act(item);
  };
}

/** @param {{hear: (item: any) => void, begin: () => void}} page */
export function scoreKeys({ hear, begin }) {
  if (score.value === null) return [{ id: "score_begin", key: "s", says: "help.score_begin", group: "scoring", does: begin }];
  const looking = [
    { id: "next", key: "j", says: "help.score_next", group: "scoring", repeats: true, does: () => move(1) },
    { id: "previous", key: "k", says: "help.score_previous", group: "scoring", repeats: true, does: () => move(-1) },
    { id: "score_evidence", key: "e", says: "help.score_evidence", group: "scoring", does: ofItem(hear) },
  ];
  if (!editable.value) return looking;
  return [
    ...looking,
    { id: "score_open", key: "o", says: "help.score_open", group: "scoring", does: toOpen },
    { id: "score_pick", key: "1", says: "help.score_pick", group: "scoring", fixed: true, does: ofItem((item) => pick(item, 1)) },
    { id: "score_fine", key: "y", says: "help.score_fine", group: "scoring", does: ofItem(faultless) },
    { id: "score_back", key: "x", says: "help.score_back", group: "scoring", does: ofItem((item) => judge(item.id, { open: true })) },
    { id: "score_reason", key: "n", says: "help.score_reason", group: "scoring", does: ofItem((item) => (reasonFor.value = item.id)) },
    { id: "score_submit", key: "s", says: "help.score_submit", group: "scoring", does: askSubmit },
  ];
}

/** Ask once more, or go to what is open still. */
export function askSubmit() {
  if (openItems().length > 0) toOpen();
  else submitting.value = true;
}
