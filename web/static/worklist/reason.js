// Why a call is on a worklist: what its plan draws, and how.

import { t } from "../lib/i18n.js";
import { percentText } from "../lib/wording.js";

/** @param {{plan: string, risk: number}} task @param {any[]|undefined} plans */
export function reasonOf(task, plans) {
  const plan = plans?.find((each) => each.plan === task.plan);
  if (!plan) return task.plan;
  const much = plan.number === null ? percentText(plan.share_ratio) : String(plan.number);
  return `${t(`worklist.per.${plan.per}`, { much })} · ${t(plan.risk_weight > 0 ? "worklist.by_risk" : "worklist.by_chance")}`;
}
