// Letting people in: those who sign by admins, auditors by their organiser as well; for admins, organisers too. An invitation's secret is shown once, as a link to pass on.

import * as api from "./api.js";
import { button, copied, field, form, h, moment, pill, t, tell } from "./dom.js";

export async function page(context) {
  const { me, again } = context;
  const admin = me.role === "admin";
  const [invitations, members, organisers] = await Promise.all([
    api.all("/invitations"), admin ? api.all("/accounts") : api.all(`/organisers/${me.organiser}/members`), api.all("/organisers"),
  ]);
  const made = h("div", {});
  const roles = (admin ? ["organiser", "approver", "auditor", "admin"] : ["auditor"]).map((role) => [role, t(`role-${role}`)]);
  return {
    title: t("people-title"),
    body: [
      h("p", { class: "lead" }, t("people-lead")),
      admin && [
        h("h2", {}, t("organisers-title")),
        organisers.length === 0 ? h("p", {}, t("organisers-none")) : h("ul", {}, organisers.map((one) => h("li", {}, h("strong", {}, one.name), " ", h("code", {}, one.id)))),
        form(async (data) => {
          await api.post("/organisers", { id: data.get("id"), name: data.get("name") });
          tell(t("organisers-added"));
          again();
        },
        field(t("organisers-name"), "name", { required: true, maxlength: 256 }),
        field(t("organisers-id"), "id", { required: true, maxlength: 64, pattern: "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?", autocapitalize: "none", spellcheck: "false" }, t("organisers-id-hint")),
        h("button", {}, t("organisers-go"))),
      ],
      h("h2", {}, t("invite-title")),
      form(async (data, element) => {
        const role = data.get("role");
        const body = { login: data.get("login").trim(), role };
        if (role !== "admin") body.organiser = admin ? data.get("organiser") : me.organiser;
        const invited = await api.post("/invitations", body);
        const address = `${location.origin}${location.pathname}#/invitation/${invited.secret}`;
        made.replaceChildren(h("div", { class: "note", role: "status" },
          h("p", {}, h("strong", {}, t("invite-made", { login: invited.login }))), copied(address, t("copy-invitation"), { "data-invitation": invited.secret }),
          h("p", {}, t("invite-until"), " ", moment(invited.until)), h("p", { class: "small" }, t("invite-made-text"))));
        element.reset();
      },
      field(t("invite-login"), "login", { required: true, maxlength: 128, autocapitalize: "none", spellcheck: "false", autocomplete: "off" }, t("invite-login-hint")),
      field(t("invite-role"), "role", { tag: "select", options: roles, chosen: roles[0][0] }, t(admin ? "invite-role-hint" : "invite-role-hint-auditor")),
      admin && field(t("invite-organiser"), "organiser", { tag: "select", options: organisers.map((one) => [one.id, one.name]) }),
      h("button", { class: "primary" }, t("invite-go"))),
      made,
      invitations.length > 0 && [h("h2", {}, t("invitations-title")), h("ul", { class: "cards" }, invitations.map((one) => h("li", { class: "card" },
        h("strong", {}, one.login), " ", pill(t(`role-${one.role}`)), h("p", { class: "small" }, t("invite-until"), " ", moment(one.until)),
        button(t("invite-revoke"), async () => { await api.remove(`/invitations/${one.id}`); again(); }))))],
      h("h2", {}, t("members-title")),
      h("ul", { class: "cards" }, members.map((one) => h("li", { class: "card" }, h("strong", {}, one.name), " ", pill(t(`role-${one.role}`)), " ", one.totp && pill(t("member-totp"), "good"), one.disabled && pill(t("member-closed"), "bad"),
        h("p", { class: "small" }, one.login, one.organiser && admin && ` · ${one.organiser}`)))),
    ],
  };
}
