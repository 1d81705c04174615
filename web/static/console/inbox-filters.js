// Above the inbox: which view, how grave, where, and a search.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";
import { SEVERITIES, VIEWS, counts, least, onlyUndecided, place, places, sought, undecidedCount, view } from "./inbox.js";

export function InboxViews() {
  return html`<div class="views" role="group" aria-label=${t("view.group")}>
    ${VIEWS.map(
      (each) => html`<button key=${each} class="segment" data-view=${each} aria-pressed=${view.value === each} onClick=${() => (view.value = each)}>
        ${t(`inbox.${each}`)}${counts.value[each] > 0 && html` <span class="count">${numberText(counts.value[each])}</span>`}
      </button>`,
    )}
  </div>`;
}

export function InboxFilters() {
  const { teams, queues } = places.value;
  const isSilent = view.value === "silent";
  return html`<div class="filters">
    <input
      id="search"
      class="field"
      type="search"
      value=${sought.value}
      placeholder=${t("filter.search")}
      aria-label=${t("filter.search")}
      aria-keyshortcuts="/"
      onInput=${({ target }) => (sought.value = target.value)}
      onKeyDown=${(event) => {
        if (event.key === "Escape") event.target.blur();
      }}
    />
    ${!isSilent &&
    html`<select id="least" class="field" aria-label=${t("filter.severity")} value=${least.value} onChange=${({ target }) => (least.value = target.value)}>
      ${SEVERITIES.map((each) => html`<option key=${each} value=${each} selected=${each === least.value}>${t(`filter.least.${each}`)}</option>`)}
    </select>`}
    ${!isSilent &&
    teams.length + queues.length > 1 &&
    html`<select id="place" class="field" aria-label=${t("filter.place")} value=${place.value} onChange=${({ target }) => (place.value = target.value)}>
      <option value="" selected=${place.value === ""}>${t("filter.everywhere")}</option>
      ${[["team", teams], ["queue", queues]].map(
        ([sort, names]) =>
          names.length > 0 &&
          html`<optgroup key=${sort} label=${t(`filter.${sort}`)}>
            ${names.map((name) => html`<option key=${name} value=${`${sort}:${name}`} selected=${place.value === `${sort}:${name}`}>${name}</option>`)}
          </optgroup>`,
      )}
    </select>`}
    ${(undecidedCount.value > 0 || onlyUndecided.value) &&
    html`<button class="button quiet" id="undecided" aria-pressed=${onlyUndecided.value} onClick=${() => (onlyUndecided.value = !onlyUndecided.value)}>
      ${t("filter.undecided", { n: undecidedCount.value })}
    </button>`}
  </div>`;
}
