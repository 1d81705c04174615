// The keys of the console: one list, obeyed and shown by frame/shortcuts.js.

import { ACTS, begin } from "./alert-actions.js";
import { callKeys } from "./call-keys.js";
import { VIEWS, view } from "./inbox.js";
import { alertInHand, closeCallView } from "./desk.js";

/** @param {{player: import("../lib/player.js").Player, listen: () => void}} console */
export function consoleKeys({ player, listen }) {
  return [
    { id: "next", key: "j", says: "help.next", group: "lists", repeats: true, does: () => moveFocus(1) },
    { id: "previous", key: "k", says: "help.previous", group: "lists", repeats: true, does: () => moveFocus(-1) },
    { id: "search", key: "/", says: "help.search", group: "lists", does: () => document.getElementById("search")?.focus() },
    { id: "views", key: "v", says: "help.views", group: "lists", does: nextView },
    { id: "close", key: "escape", says: "help.close_view", group: "lists", fixed: true, does: closeCallView },
    ...ACTS.map(([key, action]) => ({ id: action, key, says: `act.${action}`, group: "alert", does: () => actOnAlert(action) })),
    ...callKeys({ player, listen }),
  ];
}

function nextView() {
  view.value = VIEWS[(VIEWS.indexOf(view.value) + 1) % VIEWS.length];
}

function actOnAlert(action) {
  const alert = alertInHand();
  if (alert) begin(alert, action);
}

/** To the next or previous row of both lists that is shown. */
function moveFocus(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next]?.focus();
}
