// A burst of alerts folds into one row a kind; nothing of it is lost. Knows no clock and no page.

export const WITHIN_MS = 10000;
export const CALLS_OF_A_KIND = 5; // more calls with the same fault at once have one cause, and one row
export const OF_ANY_KIND = 20; // nobody reads more in ten seconds

export class StormGuard {
  constructor() {
    this.recent = []; // {atMs, kind, callId}
    this.kinds = new Map(); // alert_id → kind, of those that are folded
  }

  /** A new alert. @returns {boolean} whether it is folded @param {{alert_id: string, call_id: string, kind: string}} alert @param {number} atMs */
  take({ alert_id, call_id, kind }, atMs) {
    this.recent = this.recent.filter((each) => atMs - each.atMs < WITHIN_MS);
    this.recent.push({ atMs, kind, callId: call_id });
    const calls = new Set(this.recent.filter((each) => each.kind === kind).map(({ callId }) => callId));
    const allCalls = new Set(this.recent.map(({ callId }) => callId));
    if (calls.size <= CALLS_OF_A_KIND && allCalls.size <= OF_ANY_KIND) return false;
    this.kinds.set(alert_id, kind);
    return true;
  }

  /** How many came within the last ten seconds. @param {number} atMs */
  pace(atMs) {
    return this.recent.filter((each) => atMs - each.atMs < WITHIN_MS).length;
  }

  /** The kind it is folded under, if it is. @param {string} alertId */
  foldOf(alertId) {
    return this.kinds.get(alertId) ?? null;
  }

  /** Put a kind's alerts among the others. @param {string} kind */
  unfold(kind) {
    for (const [alertId, each] of this.kinds) if (each === kind) this.kinds.delete(alertId);
  }

  /** It is over. @param {string} alertId */
  forget(alertId) {
    this.kinds.delete(alertId);
  }

  clear() {
    this.recent = [];
    this.kinds.clear();
  }
}
