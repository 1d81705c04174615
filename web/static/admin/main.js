// Administration: how the node is fed, who works where, what is kept and for how long, the speech models.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { Feeds } from "./feeds.js";
import { Kept } from "./kept.js";
import { Models } from "./models.js";
import { Roster } from "./roster.js";

const PAGES = { feeds: Feeds, roster: Roster, retention: Kept, models: Models };
const shown = location.pathname.split("/").at(-1) in PAGES ? location.pathname.split("/").at(-1) : "feeds";

function Admin() {
  const Shown = PAGES[shown];
  return html`
    <${TopBar} section="admin"><span class="grow"></span></>
    <main class="page">
      <div class="page-head"><h2>${t("admin.title")}</h2></div>
      <nav class="tabs" aria-label=${t("admin.title")}>
        ${Object.keys(PAGES).map((name) => html`<a key=${name} href=${`/admin/${name}`} aria-current=${name === shown ? "page" : undefined}>${t(`admin.${name}`)}</a>`)}
      </nav>
      <${Shown} />
    </main>
  `;
}

await openPage(Admin, { title: () => t(`admin.${shown}`) });
