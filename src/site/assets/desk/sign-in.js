// Getting in: signing in, accepting an invitation, and one's own account (second factor, password, signing out).

import * as api from "./api.js";
import { button, facts, field, form, h, link, more, put, t, tell } from "./dom.js";

const password = (label, name, props, hint) => field(label, name, { type: "password", maxlength: 256, required: true, ...props }, hint);

export async function page({ signedIn }) {
  return {
    title: t("signin-title"),
    body: [
      h("p", { class: "lead" }, t("signin-lead")),
      form(async (data) => signedIn(await api.signIn(data.get("login"), data.get("password"), data.get("totp").trim())),
        field(t("signin-login"), "login", { autocomplete: "username", required: true, maxlength: 128, autocapitalize: "none", spellcheck: "false" }),
        password(t("signin-password"), "password", { autocomplete: "current-password" }),
        field(t("signin-totp"), "totp", { inputmode: "numeric", pattern: "[0-9]{6}", maxlength: 6, autocomplete: "one-time-code" }, t("signin-totp-hint")),
        h("button", { class: "primary" }, t("signin-go"))),
      h("p", {}, link("#/invitation", t("signin-invited"))),
      more(t("signin-lost"), h("p", {}, t("signin-lost-text"))),
    ],
  };
}

export async function accept({ signedIn }, secret = "") {
  // The secret is in the form; it need not stay in the address, where others may read it.
  if (secret !== "") history.replaceState(null, "", "#/invitation");
  return {
    title: t("accept-title"),
    body: [
      h("p", { class: "lead" }, t("accept-lead")),
      form(async (data) => {
        if (data.get("password") !== data.get("again")) throw new api.Problem("passwords-differ", 0);
        const account = await api.post("/invitations/accept", { secret: data.get("secret").trim(), name: data.get("name"), password: data.get("password") });
        signedIn(await api.signIn(account.login, data.get("password")));
      },
        field(t("accept-secret"), "secret", { value: secret, required: true, maxlength: 128, autocomplete: "off", spellcheck: "false", autocapitalize: "none" }, t("accept-secret-hint")),
        field(t("accept-name"), "name", { required: true, maxlength: 100, autocomplete: "name" }, t("accept-name-hint")),
        password(t("accept-password"), "password", { minlength: 12, autocomplete: "new-password" }, t("accept-password-hint")),
        password(t("accept-again"), "again", { minlength: 12, autocomplete: "new-password" }),
        h("button", { class: "primary" }, t("accept-go"))),
      h("p", {}, link("#/", t("accept-signin"))),
    ],
  };
}

export async function account({ me, again, leaveDesk }) {
  return {
    title: t("account-title"),
    body: [
      facts([t("account-name"), me.name], [t("signin-login"), me.login], [t("account-role"), t(`role-${me.role}`)], me.organiser && [t("account-organiser"), me.organiser]),
      h("p", {}, t(`role-${me.role}-text`)),
      button(t("signout"), leaveDesk, { class: "primary" }),
      h("h2", {}, t("totp-title")),
      second(me, again),
      h("h2", {}, t("password-title")),
      form(async (data, element) => {
        if (data.get("new") !== data.get("again")) throw new api.Problem("passwords-differ", 0);
        await api.put("/account/password", undefined, { old: data.get("old"), new: data.get("new") });
        element.reset();
        tell(t("password-done"));
      },
        password(t("password-old"), "old", { autocomplete: "current-password" }),
        password(t("password-new"), "new", { minlength: 12, autocomplete: "new-password" }, t("accept-password-hint")),
        password(t("accept-again"), "again", { minlength: 12, autocomplete: "new-password" }),
        h("button", {}, t("password-go"))),
    ],
  };
}

const code = () => field(t("totp-code"), "code", { inputmode: "numeric", pattern: "[0-9]{6}", maxlength: 6, required: true, autocomplete: "one-time-code" });

function second(me, again) {
  const place = h("div", {});
  const confirm = (enabled, label) => form(async (data) => {
    await api.put("/account/totp", undefined, { code: data.get("code"), enabled });
    me.totp = enabled;
    tell(t(enabled ? "totp-on" : "totp-off"));
    again();
  }, code(), h("button", {}, label));
  if (me.totp) return put(place, h("p", {}, t("totp-on")), more(t("totp-remove"), confirm(false, t("totp-remove"))));
  const begin = button(t("totp-begin"), async () => {
    const made = await api.post("/account/totp");
    const spaced = made.secret.match(/.{1,4}/g).join(" ");
    begin.replaceWith(h("p", {}, t("totp-scan")),
      h("p", {}, h("img", { class: "qr", width: 240, height: 240, alt: t("totp-scan-alt"), src: `data:image/svg+xml,${encodeURIComponent(made.qr)}` })),
      h("p", {}, t("totp-secret")), h("p", {}, h("code", { class: "large", "data-secret": made.secret }, spaced)),
      h("p", {}, link(made.uri, t("totp-open"))), confirm(true, t("totp-confirm")));
  });
  return put(place, h("p", {}, t("totp-text")), begin);
}
