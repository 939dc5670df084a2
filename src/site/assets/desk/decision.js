// A decision: what it says, who has signed it, signing it in this browser or on another computer, and handing it in to the log.

import * as api from "./api.js";
import { button, copied, field, form, h, LANG, link, moment, more, pill, t, tell, unsent } from "./dom.js";
import * as keyring from "./keyring.js";
import { words } from "./words.js";

/** How often the page looks whether somebody else has signed. */
const LOOK_MS = 4_000;

export async function page(context, id) {
  const { me, again, onLeave } = context;
  const base = `/organisers/${me.organiser}/decisions/${id}`;
  const [decision, note, keys, members, kept] = await Promise.all([
    api.get(base), api.getText(`${base}/note`), api.all(`/organisers/${me.organiser}/keys`), api.all(`/organisers/${me.organiser}/members`), keyring.mine(me.login),
  ]);
  const text = keyring.signedText(note);
  const open = decision.state === "open";
  const decides = me.role === "organiser" || me.role === "approver";
  if (decision.state === "open" || decision.state === "handing_in") {
    const timer = setInterval(async () => {
      const now = await api.get(base).catch(() => decision);
      // Not under somebody's hands: what is being typed stays.
      if ((now.signatures.length !== decision.signatures.length || now.state !== decision.state) && unsent() === undefined && !document.querySelector("textarea:focus, [aria-busy]")) {
        tell(t("decision-changed"));
        again();
      }
    }, LOOK_MS);
    onLeave(() => clearInterval(timer));
  }
  const name = (login) => members.find((member) => member.login === login)?.name ?? login;
  return {
    title: t(`kind-${decision.kind}`),
    back: decision.draw && link(`#/draws/${decision.draw}`, decision.draw),
    body: [
      h("p", {}, pill(t(`decision-${decision.state}`), { open: "wait", handing_in: "wait", logged: "good", withdrawn: "bad" }[decision.state])),
      h("p", { class: "lead" }, t(`kind-${decision.kind}-text`)),
      h("h2", {}, t("decision-says")),
      words(text),
      h("h2", {}, t("decision-signatures", { n: decision.signatures.length, needed: decision.needed })),
      decision.signatures.length === 0 ? h("p", {}, t("decision-unsigned"))
        : h("ul", { class: "plain signatures" }, decision.signatures.map((one) => h("li", {}, h("strong", {}, name(one.account)), " ", h("code", {}, one.key), " ", moment(one.at)))),
      open && !decides && h("p", {}, t("decision-not-yours")),
      open && decides && signing(context, base, decision, note, text, keys, kept),
      open && decides && handing(context, base, decision),
      decision.state === "handing_in" && decides && handing(context, base, { ...decision, ready: true }),
      decision.state === "logged" && after(decision),
    ],
  };
}

function signing({ me, again }, base, decision, note, text, keys, kept) {
  const says = JSON.parse(text.split("\n")[1]);
  const wanted = (vkey) => keys.some((key) => key.vkey === vkey && (key.in_force || (decision.kind === "enrolment" && says.keys.includes(vkey))));
  const signed = (key) => decision.signatures.some((one) => one.key === key.name && one.account === me.login);
  const usable = kept.filter((key) => wanted(key.vkey) && !signed(key));
  const done = decision.signatures.some((one) => one.account === me.login);
  const send = async (line) => {
    await api.post(`${base}/signatures`, { signed: line });
    tell(t("sign-done"));
    again();
  };
  const file = `${decision.draw ?? decision.kind}.note`;
  return [
    h("h2", {}, t("sign-title")),
    done && h("p", {}, t(usable.length > 0 ? "sign-mine-more" : "sign-mine")),
    usable.map((key) => button(t("sign-here", { key: key.name }), async () => send(await keyring.sign(key, text)), { class: done ? "" : "primary" })),
    usable.length === 0 && !done && h("div", { class: "note" }, h("p", {}, h("strong", {}, t("sign-no-key"))), h("p", {}, t("sign-no-key-text")),
      h("p", {}, link("#/keys", t("sign-no-key-go")))),
    more(t("sign-elsewhere"),
      h("p", {}, t("sign-elsewhere-text")),
      h("p", {}, link(api.href(`${base}/note`), t("sign-download"), { class: "button", download: file })),
      copied(decision.kind === "terms" ? `klero terms sign ${file} --key clerk.key` : `klero sign ${file} --key clerk.key`, t("copy-command")),
      form(async (data) => {
        for (const line of pasted(data.get("signed"), note, text)) await api.post(`${base}/signatures`, { signed: line });
        tell(t("sign-done"));
        again();
      },
        field(t("sign-paste"), "signed", { tag: "textarea", rows: 5, required: true, spellcheck: "false", autocomplete: "off", autocapitalize: "none" }, t("sign-paste-hint")),
        h("button", {}, t("sign-send")))),
  ];
}

/** The signature lines of a pasted note that are not here yet, or the one line that was pasted. Copied text often loses its last line break. */
function pasted(given, note, text) {
  const whole = given.replace(/\r\n?/g, "\n").replace(/^\s*\n/, "").trimEnd();
  if (!whole.startsWith("kleroterion/")) return [whole.trim()];
  if (!whole.startsWith(`${text}\n`)) throw new api.Problem("other-note", 0);
  const lines = whole.slice(text.length).split("\n").filter((line) => line.startsWith("— ") && !note.split("\n").includes(line));
  if (lines.length === 0) throw new api.Problem("no-new-signature", 0);
  return lines;
}

function handing({ again, go }, base, decision) {
  return [
    h("h2", {}, t(`handin-${decision.kind}`)),
    decision.ready
      ? [h("p", {}, t(`handin-${decision.kind}-text`)), button(t(`handin-${decision.kind}`), async () => {
        const logged = await api.post(`${base}/hand-in`);
        tell(t("handin-done", { n: logged.logged.seq }));
        again();
      }, { class: "primary" })]
      : h("p", {}, t("handin-waits", { n: Math.max(0, decision.needed - decision.signatures.length) }), " ", t("handin-pass")),
    decision.state === "open" && more(t("withdraw-title"), h("p", {}, t("withdraw-text")), button(t("withdraw-go"), async () => {
      await api.remove(base);
      go("/");
    })),
  ];
}

function after(decision) {
  return [
    h("p", {}, t("decision-logged-text", { n: decision.logged.seq }), " ", link(`/${LANG}/log/${decision.logged.seq}`, t("decision-logged-step"))),
    h("p", {}, decision.draw ? link(`#/draws/${decision.draw}`, t("decision-next"), { class: "button primary" }) : link("#/", t("back-home"), { class: "button primary" })),
  ];
}
