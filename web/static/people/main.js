// Users and keys: who is registered, with which rights and where; keys of PBXes, screens and measuring.

import { openPage, TopBar } from "../frame/page-frame.js";
import { html, signal } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { post } from "../lib/session.js";
import { KeySheet, PasswordSheet, SecretSheet, UserSheet } from "./sheets.js";

export const users = signal([]);
export const keys = signal([]);
const loaded = signal(false);
const fault = signal(null);
const sheet = signal(null); // {kind, entry}
const secret = signal(null);

async function load() {
  const [people, opened] = await Promise.all([fetch("/api/v1/users"), fetch("/api/v1/keys")]);
  if (people.ok) users.value = (await people.json()).users;
  if (opened.ok) keys.value = (await opened.json()).keys;
  loaded.value = people.ok && opened.ok;
  if (!loaded.value) fault.value = t("people.refused");
}

/** Send a change; what is wrong is said by the service. @returns {Promise<boolean>} */
async function send(address, body, method) {
  const answer = await post(address, body, method).catch(() => null);
  const said = await answer?.json().catch(() => null);
  fault.value = answer?.ok ? null : [said?.detail ?? t("login.unreachable"), ...(said?.errors ?? []).map((each) => `${each.field}: ${each.detail}`)].join(" ");
  if (answer?.ok) {
    if (said?.secret) secret.value = said.secret;
    await load();
  }
  return answer?.ok ?? false;
}

const close = () => (sheet.value = null);
const finish = (done) => done.then((ok) => ok && close());

function scopeText({ everywhere, sites, teams, queues }) {
  const named = [...sites, ...teams, ...queues].join(", ");
  return everywhere ? t("people.everywhere") : named || t("people.nowhere");
}

function Users() {
  return html`<section class="panel" aria-labelledby="users-title">
    <div class="panel-head">
      <h2 id="users-title">${t("people.users")}</h2>
      <button class="button primary" id="add-user" onClick=${() => (sheet.value = { kind: "user", entry: null })}>${t("people.add_user")}</button>
    </div>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="users-title"><table class="table">
      <thead><tr><th>${t("login.name")}</th><th>${t("people.roles")}</th><th>${t("people.scope")}</th><th>${t("people.person")}</th><th>${t("people.actions")}</th></tr></thead>
      <tbody>
        ${users.value.map(
          (each) => html`<tr key=${each.user_id} data-user=${each.name}>
            <td><span class=${each.disabled ? "off" : ""}>${each.full_name ? `${each.full_name} (${each.name})` : each.name}</span></td>
            <td>${[...each.roles.map((role) => t(`role.${role}`)), ...each.granted.map((right) => `+ ${t(`right.${right}`)}`), ...each.denied.map((right) => `− ${t(`right.${right}`)}`)].join(", ")}</td>
            <td>${scopeText(each.scope)}${each.legs !== "both" && ` · ${t(`leg.${each.legs}`)}`}</td>
            <td>${each.person_id ?? "–"}</td>
            <td class="row-buttons">
              <button class="button quiet" onClick=${() => (sheet.value = { kind: "user", entry: each })}>${t("people.change")}</button>
              <button class="button quiet" onClick=${() => (sheet.value = { kind: "password", entry: each })}>${t("people.password")}</button>
            </td>
          </tr>`,
        )}
      </tbody>
    </table></div>
    ${loaded.value && users.value.length === 0 && html`<p class="empty">${t("people.no_users")}</p>`}
  </section>`;
}

function Keys() {
  return html`<section class="panel" aria-labelledby="keys-title">
    <div class="panel-head">
      <h2 id="keys-title">${t("people.keys")}</h2>
      <button class="button primary" id="add-key" onClick=${() => (sheet.value = { kind: "key", entry: null })}>${t("people.add_key")}</button>
    </div>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="keys-title"><table class="table">
      <thead><tr><th>${t("people.label")}</th><th>${t("people.kind")}</th><th>${t("people.prefix")}</th><th>${t("people.by")}</th><th>${t("people.actions")}</th></tr></thead>
      <tbody>
        ${keys.value.map(
          (each) => html`<tr key=${each.key_id} data-key=${each.label}>
            <td><span class=${each.revoked_at ? "off" : ""}>${each.label}</span></td>
            <td>${t(`key_kind.${each.kind}`)}</td>
            <td>${each.kind === "ingest" ? each.calls_prefix || "–" : scopeText(each.scope)}</td>
            <td>${each.created_by}</td>
            <td class="row-buttons">
              ${!each.revoked_at &&
              html`<button class="button quiet" onClick=${() => send(`/api/v1/keys/${each.key_id}/rotate`, { overlap_s: 3600 })}>${t("people.rotate")}</button>
                <button class="button quiet" onClick=${() => send(`/api/v1/keys/${each.key_id}`, {}, "DELETE")}>${t("people.revoke")}</button>`}
            </td>
          </tr>`,
        )}
      </tbody>
    </table></div>
    ${loaded.value && keys.value.length === 0 && html`<p class="empty">${t("people.no_keys")}</p>`}
  </section>`;
}

function People() {
  const { kind, entry } = sheet.value ?? {};
  return html`
    <${TopBar} section="people"><span class="grow"></span></${TopBar}>
    <main class="page stack">
      ${fault.value && html`<p class="banner" role="alert">${fault.value}</p>`}
      <${Users} /><${Keys} />
    </main>
    ${kind === "user" &&
    html`<${UserSheet} user=${entry} fault=${fault.value} onClose=${close} onSave=${(body) => finish(entry ? send(`/api/v1/users/${entry.user_id}`, body, "PUT") : send("/api/v1/users", body))} />`}
    ${kind === "password" && html`<${PasswordSheet} user=${entry} fault=${fault.value} onClose=${close} onSave=${(body) => finish(send(`/api/v1/users/${entry.user_id}/password`, body, "PUT"))} />`}
    ${kind === "key" && html`<${KeySheet} fault=${fault.value} onClose=${close} onSave=${(body) => finish(send("/api/v1/keys", body))} />`}
    ${secret.value && !kind && html`<${SecretSheet} secret=${secret.value} onClose=${() => (secret.value = null)} />`}
  `;
}

await openPage(People, { title: () => t("section.people") });
await load();
