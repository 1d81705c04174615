// What every page stands in: words and theme loaded, the bar on top with the way to the other pages, language, theme, keys.

import { effect, html, render } from "../vendor/preact.js";
import { LOCALES, firstLocale, locale, t, useLocale } from "../lib/i18n.js";
import { loadSession, logOut, may, user } from "../lib/session.js";
import { SECTIONS } from "./sections.js";
import { HelpSheet, obey, showHelp } from "./shortcuts.js";
import { THEMES, theme, useTheme } from "./theme.js";

/**
 * Draw a page into `#app`, in the language and theme chosen last.
 * @param {Function} Page a component; its first part is a `TopBar`
 * @param {{title?: () => string, free?: boolean}} options what the tab says, read anew when the language changes; `Earshot` where missing;
 *   `free`: for those who are not logged in too
 */
export async function openPage(Page, { title, free = false } = {}) {
  await Promise.all([useLocale(firstLocale()), loadSession({ free })]);
  if (title) effect(() => (document.title = `${title(locale.value)} · Earshot`));
  document.addEventListener("keydown", obey);
  render(html`<${Page} /><${HelpSheet} />`, document.getElementById("app"));
}

/** The bar on top. @param {{section: string, children?: any}} props children: what this page has to say and offer there */
export function TopBar({ section, children, bare = false }) {
  return html`<header class="top">
    <h1><span class="mark" aria-hidden="true"></span>Earshot</h1>
    <nav class="sections" aria-label=${t("sections")}>
      ${(bare ? [] : SECTIONS.map(reached).filter(Boolean)).map(
        ([name, address]) => html`<a key=${name} href=${address} aria-current=${name === section ? "page" : undefined}>${t(`section.${name}`)}</a>`,
      )}
    </nav>
    ${children}
    <${Choice} id="theme" label=${t("theme")} chosen=${theme.value} onChoose=${useTheme} options=${THEMES.map((each) => [each, t(`theme.${each}`)])} />
    <${Choice} id="language" label=${t("language")} chosen=${locale.value} onChoose=${useLocale} options=${Object.entries(LOCALES)} />
    ${user.value &&
    html`<button class="button quiet" id="log-out" onClick=${logOut} title=${t("session.who", { name: user.value.name })}>${user.value.name} · ${t("session.out")}</button>`}
    <button class="button quiet icon" onClick=${showHelp} aria-keyshortcuts="?" aria-label=${t("help.title")} title=${t("help.title")}>?</button>
  </header>`;
}

/** Name and address of a section as this person may reach it; null where it is not for them. */
function reached([name, address, right, pages = null, unless = null]) {
  if (pages === null) return may(right) && !(unless && may(unless)) ? [name, address] : null;
  const first = pages.find(([, , needed]) => may(needed));
  return first ? [name, first[1]] : null;
}

/** Where somebody begins who asked for no page: the first of the bar that is for them. */
export function firstPage() {
  return SECTIONS.map(reached).find(Boolean)?.[1] ?? "/";
}

/** A select of the bar. @param {{id: string, label: string, chosen: string, options: [string, string][], onChoose: (value: string) => void}} props */
export function Choice({ id, label, chosen, options, onChoose }) {
  return html`<label>
    <span class="visually-hidden">${label}</span>
    <select id=${id} class="field" title=${label} value=${chosen} onChange=${({ target }) => onChoose(target.value)}>
      ${options.map(([value, name]) => html`<option key=${value} value=${value} selected=${value === chosen}>${name}</option>`)}
    </select>
  </label>`;
}
