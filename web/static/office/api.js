// Asking the service: answers as JSON, refusals with every field they name.

import { useEffect, useRef, useState } from "../vendor/preact.js";
import { html } from "../vendor/preact.js";
import { actingHeaders } from "../lib/acting.js";
import { t } from "../lib/i18n.js";

/** A refusal of the service (RFC 9457), or that it could not be reached (`status` 0). */
export class Refusal extends Error {
  constructor(status, detail, errors = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** @param {string} path below /api/v1 @param {{method?: string, body?: any, text?: string, type?: string}} options */
export async function ask(path, { method = "GET", body, text, type } = {}) {
  const headers = actingHeaders(path);
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (text !== undefined) headers["Content-Type"] = type;
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? text : JSON.stringify(body) });
  } catch {
    throw new Refusal(0, "");
  }
  const found = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Refusal(answer.status, found?.detail ?? answer.statusText, found?.errors ?? []);
  return found;
}

/** `{name: value}` as a query, empty values left out. */
export function query(values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const text = new URLSearchParams(pairs).toString();
  return text ? `?${text}` : "";
}

/**
 * What `load` answers, asked again when `key` changes, and every `everyMs`. An answer that comes late is not shown.
 * @param {() => Promise<any>} load @param {string} key
 */
export function useAsked(load, key, everyMs = 0) {
  const [state, setState] = useState({ found: null, fault: null, busy: true });
  const [round, setRound] = useState(0);
  const newest = useRef(0);
  useEffect(() => {
    const number = (newest.current += 1);
    setState((before) => ({ ...before, busy: true }));
    load().then(
      (found) => number === newest.current && setState({ found, fault: null, busy: false }),
      (fault) => number === newest.current && setState((before) => ({ found: before.found, fault, busy: false })),
    );
  }, [key, round]);
  useEffect(() => {
    if (!everyMs) return undefined;
    const timer = setInterval(() => !document.hidden && setRound((n) => n + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return { ...state, again: () => setRound((n) => n + 1) };
}

/** What went wrong, with every field the service names. */
export function Fault({ fault }) {
  if (!fault) return null;
  const detail = fault.status === 0 ? t("office.unreachable") : fault.message;
  return html`<div class="fault" role="alert">
    <p>${detail}</p>
    ${fault.errors?.length > 0 &&
    html`<ul>
      ${fault.errors.map(({ field, detail: why }, at) => html`<li key=${at}><code>${field}</code> ${why}</li>`)}
    </ul>`}
  </div>`;
}

/** Once something has been done: said to screen readers too. */
export function Done({ text }) {
  return html`<p class="done" role="status">${text}</p>`;
}
