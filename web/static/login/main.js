// The log-in page: name and password, the company's provider, a screen's key, and the very first admin.

import { firstPage, openPage, TopBar } from "../frame/page-frame.js";
import { html, signal } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { forgetKey, keptKey, logIn, session } from "../lib/session.js";

const fault = signal(null);
const busy = signal(false);
const asked = new URLSearchParams(location.search).get("next") ?? "/";
const next = asked.startsWith("/") && !asked.startsWith("/" + "/") && !asked.includes("\\") ? asked : "/";
const told = new URLSearchParams(location.hash.slice(1));
const token = told.get("first");

async function enter(fields) {
  busy.value = true;
  fault.value = await logIn(fields).catch(() => "login.unreachable");
  busy.value = false;
  if (fault.value !== null) return;
  if (fields.token) location.replace("/people"); // the first admin has everybody else to register
  else location.replace(next === "/" ? firstPage() : next);
}

function submit(event) {
  event.preventDefault();
  const said = new FormData(event.target);
  const fields = { name: said.get("name").trim(), password: said.get("password") };
  enter(token && session.value?.needs_first ? { ...fields, token } : fields);
}

function LogIn() {
  const first = session.value?.needs_first ?? false;
  const withForm = !first || token;
  return html`
    <${TopBar} section="login" bare><span class="grow"></span></${TopBar}>
    <main class="page narrow">
      <h2>${t(first ? "login.first" : "login.title")}</h2>
      <p class="hint">${t(first ? (token ? "login.first_says" : "login.first_link") : "login.says")}</p>
      ${fault.value && html`<p class="banner" role="alert">${t(fault.value)}</p>`}
      ${withForm &&
      html`<form class="form" onSubmit=${submit}>
        <label>${t("login.name")}<input class="field" name="name" autocomplete="username" autofocus required maxlength="128" pattern="[A-Za-z0-9._:@\\-]+" /></label>
        <label>${t("login.password")}<input class="field" name="password" type="password" autocomplete=${first ? "new-password" : "current-password"} required minlength=${first ? 12 : 1} maxlength="200" /></label>
        <button class="button primary" disabled=${busy.value}>${t(first ? "login.make" : "login.enter")}</button>
      </form>`}
      ${session.value?.provider && !first &&
      html`<a class="button" href=${`/api/v1/session/provider?next=${encodeURIComponent(next === "/" ? "/login" : next)}`}>${t("login.provider", { provider: session.value.provider })}</a>`}
      ${session.value?.open && html`<p><a class="button quiet" href="/">${t("login.open")}</a></p>`}
    </main>
  `;
}

await openPage(LogIn, { title: () => t("login.title"), free: true });
history.replaceState(null, "", location.pathname + location.search); // what the address held is not left lying there
const key = told.get("key") ?? keptKey();
if (key && !session.value?.user) {
  await enter({ key });
  if (fault.value === "login.wrong") forgetKey();
} else if (session.value?.user && !session.value.open) location.replace(next === "/" ? firstPage() : next);
