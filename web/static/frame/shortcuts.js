// Keys of a page: one list that is obeyed, shown in the help sheet, changed there and switched off there (WCAG 2.1.4).

import { html, signal, useEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";

const KEPT = "earshot.keys";
const NAMES = { " ": "space", escape: "esc", arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓", enter: "enter" };
const kept = { off: false, own: {}, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };

/** @typedef {{id: string, key: string, says: string, does: () => void, group: string, fixed?: boolean}} Shortcut
 *  `says` is the key of its word, `group` that of its heading (`keys.<group>`); `fixed` ones cannot be changed. */

const offered = signal([]);
const own = signal(kept.own); // id → the key somebody chose instead
const areOff = signal(kept.off);
const helpShown = signal(false);
const waitingFor = signal(null); // id whose new key is being asked for
const taken = signal(null); // id that already has the key somebody pressed

const HELP = { id: "help", key: "?", says: "help.help", does: showHelp, group: "page", fixed: true };

/** The shortcuts of this page, in the order of the sheet. @param {Shortcut[]} list */
export function offerShortcuts(list) {
  offered.value = list;
}

export function showHelp() {
  helpShown.value = true;
}

/** The key of a shortcut as a screen reader's `aria-keyshortcuts` and people read it; nothing while keys are off. @param {string} id */
export function keyName(id) {
  const found = all().find((each) => each.id === id);
  if (!found || (areOff.value && !found.fixed)) return undefined;
  return shown(keyOf(found));
}

/** Do what the pressed key stands for. Fields, lists of choices and open sheets keep their keys. @param {KeyboardEvent} event */
export function obey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  const { target } = event;
  if (target.matches?.("input:not([type=range], [type=checkbox], [type=radio]), textarea, select")) return;
  if (document.querySelector("dialog[open]")) return;
  const pressed = event.key.toLowerCase();
  const found = all().find((each) => keyOf(each) === pressed && (each.fixed || !areOff.value));
  const ownSpace = event.key === " " && target.matches?.("button:not([data-row]), summary, a, input");
  if (!found || ownSpace || (event.repeat && !found.repeats)) return;
  event.preventDefault();
  found.does();
}

/** The sheet with all keys. */
export function HelpSheet() {
  const sheet = useRef(null);
  useEffect(() => {
    if (helpShown.value) sheet.current.showModal();
    else sheet.current.close();
  }, [helpShown.value]);
  const groups = [...new Set(all().map(({ group }) => group))];
  const close = () => {
    helpShown.value = false;
    waitingFor.value = taken.value = null;
  };
  return html`<dialog ref=${sheet} class="sheet help with-keys" aria-labelledby="help-title" onClose=${close} onKeyDown=${takeKey}>
    ${helpShown.value &&
    html`<h2 id="help-title">${t("help.title")}</h2>
      <div class="keys">
        ${groups.map(
          (group) => html`<section key=${group} aria-label=${t(`keys.${group}`)}>
            <h3>${t(`keys.${group}`)}</h3>
            <ul>
              ${all()
                .filter((each) => each.group === group)
                .map((each) => html`<${KeyRow} key=${each.id} shortcut=${each} />`)}
            </ul>
          </section>`,
        )}
      </div>
      <p role="status">${taken.value && t("keys.taken", { what: t(wordOf(taken.value)) })}</p>
      <label class="switch">
        <input type="checkbox" checked=${!areOff.value} onChange=${({ target }) => keep(!target.checked, own.value)} />
        ${t("keys.on")}
      </label>
      <form method="dialog" class="buttons">
        <button class="button primary">${t("help.close")}</button>
        <button class="button quiet" type="button" disabled=${Object.keys(own.value).length === 0} onClick=${() => keep(areOff.value, {})}>${t("keys.reset")}</button>
      </form>`}
  </dialog>`;
}

function KeyRow({ shortcut }) {
  const waits = waitingFor.value === shortcut.id;
  return html`<li>
    <kbd>${waits ? "…" : shown(keyOf(shortcut))}</kbd>
    <span>${t(shortcut.says)}</span>
    ${!shortcut.fixed &&
    html`<button class="change" aria-pressed=${waits} aria-label=${t("keys.change_of", { what: t(shortcut.says) })} onClick=${() => ask(shortcut.id)}>
      ${t(waits ? "keys.press" : "keys.change")}
    </button>`}
  </li>`;
}

function ask(id) {
  taken.value = null;
  waitingFor.value = waitingFor.value === id ? null : id;
}

/** The key that is pressed while one is asked for; Escape leaves it as it was. */
function takeKey(event) {
  const id = waitingFor.value;
  if (id === null || ["tab", "shift", "control", "alt", "meta"].includes(event.key.toLowerCase())) return;
  event.preventDefault();
  event.stopPropagation();
  const pressed = event.key.toLowerCase();
  if (pressed !== "escape") {
    const other = all().find((each) => each.id !== id && keyOf(each) === pressed);
    taken.value = other?.id ?? null;
    if (other) return;
    keep(areOff.value, { ...own.value, [id]: pressed });
  }
  waitingFor.value = null;
}

function keep(off, keys) {
  areOff.value = off;
  own.value = keys;
  localStorage.setItem(KEPT, JSON.stringify({ off, own: keys }));
}

function all() {
  return [...offered.value, HELP];
}

function keyOf(shortcut) {
  return own.value[shortcut.id] ?? shortcut.key;
}

function wordOf(id) {
  return all().find((each) => each.id === id).says;
}

function shown(key) {
  const name = NAMES[key] ?? key;
  return name.length === 1 ? name.toUpperCase() : t(`key.${name}`);
}
