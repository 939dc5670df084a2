// Keys: making one in this browser, proving that another one is yours, and having the organiser's keys enrolled in the log.

import * as api from "./api.js";
import { button, copied, field, form, h, more, pill, t, tell, tick } from "./dom.js";
import * as keyring from "./keyring.js";

export async function page(context) {
  const { me } = context;
  const base = `/organisers/${me.organiser}`;
  const [organiser, items, members, kept, able] = await Promise.all([
    api.get(base), api.all(`${base}/keys`), api.all(`${base}/members`), keyring.mine(me.login), keyring.able(),
  ]);
  const decides = me.role === "organiser" || me.role === "approver";
  const here = (key) => kept.some((one) => one.vkey === key.vkey);
  const mine = items.filter((key) => key.account === me.login);
  const lost = kept.length === 0 && mine.length > 0;
  return {
    title: t("keys-title"),
    body: [
      h("p", { class: "lead" }, t("keys-lead")),
      state(organiser),
      lost && decides && h("div", { class: "note" }, h("p", {}, h("strong", {}, t("keys-lost"))), h("p", {}, t("keys-lost-text"))),
      h("h2", {}, t("keys-all")),
      items.length === 0 ? h("p", {}, t("keys-none")) : h("ul", { class: "cards" }, items.map((key) => card(context, base, key, members, here(key), decides))),
      decides && [
        h("h2", {}, t("keys-make-title")),
        able ? make(context, base, organiser.log, items) : h("p", { class: "note" }, t("keys-unable")),
        more(t("keys-paper-title"),
          h("p", {}, t("keys-paper-text")),
          copied(`klero keys new --name ${me.organiser}/paper --out paper.key\nklero keys claim paper.key --login ${me.login} --log ${organiser.log}`, t("copy-command")),
          form(async (data) => {
            await api.post(`${base}/keys`, claimed(data.get("proof")));
            tell(t("keys-registered"));
            context.again();
          }, field(t("keys-paper-proof"), "proof", { tag: "textarea", rows: 5, required: true, maxlength: 4_096, spellcheck: "false", autocomplete: "off", autocapitalize: "none" }, t("keys-paper-hint")),
          h("button", {}, t("keys-paper-go")))),
        enrol(context, base, organiser, items, members),
      ],
    ],
  };
}

/** What `klero keys claim` printed, as the API takes it. Copied text often loses its last line break. */
function claimed(pasted) {
  const proof = `${pasted.replace(/\r\n?/g, "\n").trim()}\n`;
  try {
    return { vkey: JSON.parse(proof.split("\n")[1]).key.trim(), proof };
  } catch {
    throw new api.Problem("no-proof", 0);
  }
}

function state(organiser) {
  if (organiser.enrolled === undefined) return h("p", { class: "note" }, h("strong", {}, t("keys-not-enrolled")), " ", t("keys-not-enrolled-text"));
  const { version, threshold, keys, recovery_from } = organiser.enrolled;
  return [
    h("p", {}, t("keys-enrolled", { version, n: keys.length, threshold })),
    recovery_from && h("p", { class: "note" }, t("keys-recovery-waits"), " ", h("time", {}, new Date(recovery_from * 1000).toISOString().slice(0, 16).replace("T", " ")), " UTC"),
  ];
}

function card({ me, again }, base, key, members, here, decides) {
  const [name, id] = key.vkey.split("+");
  const owner = members.find((member) => member.login === key.account)?.name ?? key.account;
  const own = key.account === me.login;
  return h("li", { class: "card" },
    h("strong", {}, owner), " ", !key.held && pill(t("key-left"), "warn"), " ", pill(t(key.in_force ? "key-in-force" : "key-waits"), key.in_force ? "good" : "warn"), " ", own && pill(t(here ? "key-here" : "key-elsewhere"), here ? "good" : ""),
    h("p", {}, h("code", {}, `${name}+${id}`)),
    (own || (decides && !key.held)) && more(t("key-more"),
      h("p", {}, h("code", {}, key.vkey)),
      !key.held && h("p", { class: "small" }, t("key-left-text")),
      h("p", { class: "small" }, t(key.in_force ? "key-remove-in-force" : "key-remove-text")),
      !key.in_force && button(t("key-remove"), async () => {
        await api.remove(`${base}/keys/${key.id}`);
        if (here) await keyring.drop(key.vkey);
        tell(t("key-removed"));
        again();
      })));
}

/** A name that no key has yet, from the account's: eupen/anna, eupen/anna_2 … */
function proposed(me, items) {
  const stem = me.login.split("@")[0].replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 26) || "member";
  const taken = (role) => items.some((key) => key.vkey.startsWith(`${me.organiser}/${role}+`));
  let role = stem;
  for (let i = 2; taken(role); i++) role = `${stem}_${i}`;
  return role;
}

function make({ me, again }, base, log, items) {
  return form(async (data) => {
    const made = await keyring.make(`${me.organiser}/${data.get("role")}`, me.login);
    // Kept before it is registered: what is registered can sign.
    await keyring.keep(made);
    try {
      await api.post(`${base}/keys`, { vkey: made.vkey, proof: await keyring.sign(made, keyring.claim(made.vkey, me.login, log)) });
    } catch (problem) {
      // Where no answer came it may be registered all the same.
      if (problem.status >= 400 && problem.status < 500) await keyring.drop(made.vkey);
      throw problem;
    }
    tell(t("keys-made"));
    again();
  },
  h("p", {}, t("keys-make-text")),
  field(t("keys-role"), "role", { value: proposed(me, items), required: true, maxlength: 32, pattern: "[a-z0-9_]{1,32}", autocapitalize: "none", spellcheck: "false", autocomplete: "off" }, t("keys-role-hint", { organiser: me.organiser })),
  h("button", { class: "primary" }, t("keys-make-go")));
}

function enrol({ go }, base, organiser, items, members) {
  const first = organiser.enrolled === undefined;
  const people = new Set(items.map((key) => key.account)).size;
  const name = (login) => members.find((member) => member.login === login)?.name ?? login;
  const body = [
    h("p", {}, t("enrol-text")),
    people < 2 ? h("p", { class: "note" }, t("enrol-alone")) : form(async (data) => {
      const keys = data.getAll("keys");
      const made = await api.post(`${base}/enrolments`, { keys, threshold: Number(data.get("threshold")), recovery: data.get("recovery") === "yes" });
      go(`/decisions/${made.id}`);
    },
    h("fieldset", {}, h("legend", {}, t("enrol-keys")), items.map((key) => tick(`${name(key.account)}: ${key.vkey.split("+")[0]}`, "keys", key.id, true))),
    field(t("enrol-threshold"), "threshold", { type: "number", min: 2, max: 16, value: "2", required: true }, t("enrol-threshold-hint")),
    !first && tick(t("enrol-recovery"), "recovery", "yes"),
    !first && h("p", { class: "small" }, t("enrol-recovery-hint")),
    h("button", { class: first ? "primary" : "" }, t("enrol-go"))),
  ];
  return first ? [h("h2", {}, t("enrol-title")), body] : more(t("enrol-again-title"), body);
}
