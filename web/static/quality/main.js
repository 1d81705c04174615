// What follows from a score: improvements, appeals, calibration, the case library, call-backs; and where samples come from.

import { InspectionTabs } from "../frame/inspection-tabs.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { t } from "../lib/i18n.js";
import { html } from "../vendor/preact.js";
import { Appeals } from "./appeals.js";
import { Calibration } from "./calibration.js";
import { CallBacks } from "./call-backs.js";
import { Improvements } from "./improvements.js";
import { Library } from "./library.js";
import { Plans } from "./plans.js";

const PAGES = { improvements: Improvements, appeals: Appeals, calibration: Calibration, library: Library, call_backs: CallBacks, plans: Plans };
const shown = location.pathname.split("/").at(-1).replace("-", "_");

function Quality() {
  const Shown = PAGES[shown];
  return html`
    <${TopBar} section="inspection"><span class="grow"></span></>
    <main class="page">
      <${InspectionTabs} shown=${shown} />
      <${Shown} />
    </main>
  `;
}

await openPage(Quality, { title: () => t(`inspection.tab.${shown}`) });
