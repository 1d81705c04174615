// The rules: each with how often it is right; their files edited, checked, tried on the calls of past days, published.

import { html, signal } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { addressed } from "../office/address.js";
import { ask, Fault, useAsked } from "../office/api.js";
import { Segments } from "../office/parts.js";
import { Editions } from "./editions.js";
import { RuleList } from "./rule-list.js";
import { Workshop, drafts } from "./workshop.js";

const VIEWS = ["list", "edit", "editions"];
const { state, change } = addressed({ view: "list", file: "", line: "" });
export const round = signal(0); // rises when rules were published: everything is asked for again

function RulesPage() {
  const { view, file, line } = state.value;
  const rules = useAsked(() => ask("/rules"), `rules ${round.value}`);
  const files = useAsked(() => ask("/rules/files"), `files ${round.value}`);
  const edit = (path, at) => change({ view: "edit", file: path, line: at ? String(at) : "" });
  const published = () => (round.value += 1);
  const changed = Object.keys(drafts.value).length;
  return html`
    <${TopBar} section="rules"><span class="grow"></span></>
    <main class="page">
      <div class="page-head">
        <h2>${t("rules.title")}</h2>
        <${Segments}
          label=${t("rules.view")}
          chosen=${view}
          onChoose=${(next) => change({ view: next })}
          options=${VIEWS.map((each) => [each, each === "edit" && changed > 0 ? `${t("rules.view.edit")} (${changed})` : t(`rules.view.${each}`)])}
        />
        <span class="grow"></span>
        ${files.found && html`<span class="aside">${t("rules.version")} <code>${files.found.version}</code></span>`}
      </div>
      <${Fault} fault=${rules.fault ?? files.fault} />
      ${rules.found?.refused && html`<${Fault} fault=${{ message: t("rules.refused"), errors: rules.found.refused.faults.map((detail) => ({ field: "", detail })) }} />`}
      ${view === "list" && rules.found && html`<${RuleList} rules=${rules.found} onEdit=${edit} />`}
      ${view === "edit" && files.found && html`<${Workshop} key=${files.found.version} files=${files.found} path=${file} line=${Number(line) || null} onPath=${edit} onPublished=${published} />`}
      ${view === "editions" && files.found && html`<${Editions} key=${files.found.version} files=${files.found} onPublished=${published} />`}
    </main>
  `;
}

await openPage(RulesPage, { title: () => t("rules.title") });
