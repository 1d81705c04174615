// The sheets of users and keys: what is asked for a new one or a change.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";

const ROLES = ["agent", "wallboard", "floor_manager", "supervisor", "qa", "admin"];
const SINGLY = ["barge", "take_over", "end", "quality", "hear_numbers", "download", "listen", "whisper", "replay"];
const KINDS = ["ingest", "wallboard", "metrics", "roster"];
const PLACES = ["sites", "teams", "queues"];

function Sheet({ title, fault, onClose, onSubmit, children, save = "people.save" }) {
  const sheet = useRef(null);
  useEffect(() => sheet.current.showModal(), []);
  const submit = (event) => {
    event.preventDefault();
    onSubmit(new FormData(event.target));
  };
  return html`<dialog ref=${sheet} class="sheet" aria-labelledby="sheet-title" onClose=${onClose}>
    <h2 id="sheet-title">${title}</h2>
    ${fault && html`<p class="banner" role="alert">${fault}</p>`}
    <form class="form" onSubmit=${submit}>
      ${children}
      <div class="buttons">
        <button class="button primary">${t(save)}</button>
        <button class="button quiet" type="button" onClick=${() => sheet.current.close()}>${t("people.cancel")}</button>
      </div>
    </form>
  </dialog>`;
}

function Ticks({ legend, name, names, chosen, family }) {
  return html`<fieldset>
    <legend>${legend}</legend>
    <div class="ticks">
      ${names.map((each) => html`<label key=${each}><input type="checkbox" name=${name} value=${each} checked=${chosen.includes(each)} />${family(each)}</label>`)}
    </div>
  </fieldset>`;
}

function Places({ scope }) {
  return html`<fieldset>
    <legend>${t("people.scope")}</legend>
    <div class="ticks"><label><input type="checkbox" name="everywhere" checked=${scope.everywhere} />${t("people.everywhere")}</label></div>
    ${PLACES.map((each) => html`<label key=${each}>${t(`people.${each}`)}<input class="field" name=${each} value=${scope[each].join(", ")} /></label>`)}
  </fieldset>`;
}

function scopeOf(said) {
  const listed = (name) => said.get(name).split(/[\s,，、]+/).filter(Boolean);
  const everywhere = said.get("everywhere") !== null;
  return { everywhere, ...Object.fromEntries(PLACES.map((each) => [each, everywhere ? [] : listed(each)])) };
}

export function UserSheet({ user, fault, onClose, onSave }) {
  const scope = user?.scope ?? { everywhere: false, sites: [], teams: [], queues: [] };
  const save = (said) =>
    onSave({
      ...(!user && { name: said.get("name").trim(), password: said.get("password") || null }),
      full_name: said.get("full_name").trim() || null,
      roles: said.getAll("roles"),
      granted: said.getAll("granted"),
      denied: user?.denied ?? [],
      scope: scopeOf(said),
      legs: said.get("legs"),
      person_id: said.get("person_id").trim() || null,
      oidc_id: said.get("oidc_id").trim() || null,
      disabled: said.get("disabled") !== null,
    });
  return html`<${Sheet} title=${user ? user.name : t("people.add_user")} fault=${fault} onClose=${onClose} onSubmit=${save}>
    ${!user &&
    html`<label>${t("login.name")}<input class="field" name="name" required maxlength="128" pattern="[A-Za-z0-9._:@\\-]+" autocomplete="off" autofocus /></label>
      <label>${t("people.first_password")}<input class="field" name="password" type="password" minlength="12" maxlength="200" autocomplete="new-password" /></label>`}
    <label>${t("people.full_name")}<input class="field" name="full_name" maxlength="200" value=${user?.full_name ?? ""} /></label>
    <${Ticks} legend=${t("people.roles")} name="roles" names=${ROLES} chosen=${user?.roles ?? []} family=${(each) => t(`role.${each}`)} />
    <${Ticks} legend=${t("people.granted")} name="granted" names=${SINGLY} chosen=${user?.granted ?? []} family=${(each) => t(`right.${each}`)} />
    <${Places} scope=${scope} />
    <label>${t("people.legs")}<select class="field" name="legs">
      ${["both", "agent", "customer"].map((each) => html`<option key=${each} value=${each} selected=${each === (user?.legs ?? "both")}>${t(each === "both" ? "leg.mixed" : `leg.${each}`)}</option>`)}
    </select></label>
    <label>${t("people.person")}<input class="field" name="person_id" value=${user?.person_id ?? ""} /></label>
    <label>${t("people.oidc_id")}<input class="field" name="oidc_id" value=${user?.oidc_id ?? ""} /></label>
    <div class="ticks"><label><input type="checkbox" name="disabled" checked=${user?.disabled ?? false} />${t("people.disabled")}</label></div>
  </${Sheet}>`;
}

export function PasswordSheet({ user, fault, onClose, onSave }) {
  return html`<${Sheet} title=${t("people.password_of", { name: user.name })} fault=${fault} onClose=${onClose} onSubmit=${(said) => onSave({ password: said.get("password") })}>
    <label>${t("people.new_password")}<input class="field" name="password" type="password" required minlength="12" maxlength="200" autocomplete="new-password" autofocus /></label>
  </${Sheet}>`;
}

export function KeySheet({ fault, onClose, onSave }) {
  const save = (said) => {
    const scope = scopeOf(said);
    const named = PLACES.some((each) => scope[each].length > 0);
    onSave({ kind: said.get("kind"), label: said.get("label").trim(), calls_prefix: said.get("calls_prefix").trim(), scope: named ? scope : { everywhere: true } });
  };
  return html`<${Sheet} title=${t("people.add_key")} fault=${fault} onClose=${onClose} onSubmit=${save}>
    <label>${t("people.kind")}<select class="field" name="kind">${KINDS.map((each) => html`<option key=${each} value=${each}>${t(`key_kind.${each}`)}</option>`)}</select></label>
    <label>${t("people.label")}<input class="field" name="label" required maxlength="200" autofocus /></label>
    <label>${t("people.prefix_says")}<input class="field" name="calls_prefix" maxlength="64" pattern="[A-Za-z0-9._:@\\-]*" /></label>
    <${Places} scope=${{ everywhere: true, sites: [], teams: [], queues: [] }} />
  </${Sheet}>`;
}

export function SecretSheet({ secret, onClose }) {
  return html`<${Sheet} title=${t("people.secret")} onClose=${onClose} onSubmit=${() => navigator.clipboard?.writeText(secret).catch(() => null)} save="people.copy">
    <p class="hint">${t("people.secret_says")}</p>
    <output class="secret" id="secret">${secret}</output>
  </${Sheet}>`;
}
