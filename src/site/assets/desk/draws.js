// The first screen (what waits for me, drafts, draws) and the page of a draw: where it stands, live, and what can be done next.

import * as api from "./api.js";
import { facts, fill, h, LANG, link, moment, number, pill, t, tell, when } from "./dom.js";
import { titled } from "./words.js";

/** Whether a draw's pool was to be kept until now, and no longer. */
const due = (draw) => draw.erase_by !== undefined && draw.erase_by * 1_000 <= Date.now();
const KIND = { announced: "wait", sealed: "wait", drawn: "good", vacated: "wait", voided: "bad", annulled: "bad" };
export const phase = (name) => pill(t(`phase-${name}`), KIND[name] ?? "");

export async function home({ me }) {
  if (me.role === "admin") {
    return { title: t("home-title"), body: [h("p", { class: "lead" }, t("home-admin")), h("p", {}, link("#/people", t("nav-people"), { class: "button primary" }))] };
  }
  const base = `/organisers/${me.organiser}`;
  const [organiser, draws, drafts, decisions] = await Promise.all([api.get(base), api.all(`${base}/draws`), api.all(`${base}/drafts`), api.all(`${base}/decisions`)]);
  const decides = me.role === "organiser" || me.role === "approver";
  const waiting = decisions.filter((one) => one.state === "open" || one.state === "handing_in").reverse();
  const unannounced = drafts.filter((one) => one.phase === undefined).reverse();
  draws.sort((a, b) => b.draws_at - a.draws_at);
  return {
    title: organiser.name,
    body: [
      organiser.enrolled === undefined && h("div", { class: "note" }, h("p", {}, h("strong", {}, t("home-not-enrolled"))), h("p", {}, t("home-not-enrolled-text")), h("p", {}, link("#/keys", t("home-keys"), { class: "button" }))),
      waiting.length > 0 && [
        h("h2", {}, t("home-waiting", { n: waiting.length })),
        h("ul", { class: "cards" }, waiting.map((one) => h("li", { class: "card" },
          link(`#/decisions/${one.id}`, h("strong", {}, t(`kind-${one.kind}`), one.draw && `: ${titled(one.says.title, one.draw)}`)), " ",
          pill(t("home-signed", { n: one.signatures.length, needed: one.needed }), one.ready ? "good" : "wait"),
          h("p", { class: "small" }, decides && !one.signatures.some((s) => s.account === me.login) ? t("home-yours") : t(one.ready ? "home-ready" : "home-others"))))),
      ],
      me.role === "organiser" && h("p", { class: "actions" }, link("#/drafts/new", t("home-new"), { class: "button primary" })),
      unannounced.length > 0 && [
        h("h2", {}, t("home-drafts")),
        h("ul", { class: "cards" }, unannounced.map((one) => h("li", { class: "card" }, link(`#/drafts/${one.id}`, h("strong", {}, titled(one.says.title, one.says.draw))), h("p", { class: "small" }, t("home-draft", { at: when(one.says.draws_at) })))))
      ],
      h("h2", {}, t("home-draws")),
      draws.length === 0 ? h("p", {}, t("home-none"))
        : h("ul", { class: "cards" }, draws.map((one) => h("li", { class: "card" }, link(`#/draws/${one.draw}`, h("strong", {}, titled(one.title, one.draw))), " ", phase(one.phase), " ", one.overdue && pill(t("overdue"), "bad"), due(one) && pill(t("erase-now"), "bad"),
          h("p", { class: "small" }, when(one.draws_at), one.people !== undefined && ` · ${t("people", { n: one.people })}`)))),
    ],
  };
}

/** What every screen about a draw begins with. */
export const below = (name, draw) => link(`#/draws/${name}`, titled(draw?.title, name));

export async function page(context, name) {
  const { me, onLeave, again } = context;
  const base = `/organisers/${me.organiser}`;
  const [draw, drafts, decisions] = await Promise.all([
    api.get(`${base}/draws/${name}`).catch((problem) => { if (problem.status !== 404) throw problem; }), api.all(`${base}/drafts`), api.all(`${base}/decisions`),
  ]);
  const draft = drafts.findLast((one) => one.says.draw === name);
  const own = decisions.filter((one) => one.draw === name);
  if (draw === undefined) {
    return { title: draft === undefined ? name : titled(draft.says.title, name), back: link("#/", t("back-home")), body: [h("p", {}, t("draw-not-announced")), draft && h("p", {}, link(`#/drafts/${draft.id}`, t("draw-go-on"), { class: "button primary" })), pending(own, me)] };
  }
  follow(name, draw, onLeave, again);
  const result = ["drawn", "vacated", "annulled"].includes(draw.phase);
  const clerk = me.role === "organiser";
  const sees = clerk || me.role === "auditor";
  const decides = clerk || me.role === "approver";
  const go = (to, text) => h("li", { class: "card" }, link(`#/draws/${name}/${to}`, h("strong", {}, text)), h("p", { class: "small" }, t(`go-${to}-text`)));
  return {
    title: titled(draw.title, name),
    back: link("#/", t("back-home")),
    body: [
      h("p", {}, phase(draw.phase), " ", draw.overdue && pill(t("overdue"), "bad"), " ", draw.erased && pill(t("erased"), "warn"), " ", draw.rehearsal && pill(t("rehearsal-draw"), "warn")),
      h("div", { class: `verdict ${KIND[draw.phase] === "wait" ? "" : KIND[draw.phase]}`, id: "state" }, h("p", { class: "headline" }, t(`phase-${draw.phase}-text`)), draw.phase === "sealed" && countdown(draw, onLeave), draw.waiting_for && h("p", { class: "small", lang: "en" }, draw.waiting_for)),
      due(draw) && h("p", { class: "note" }, h("strong", {}, t("erase-now")), " ", t("erase-now-text"), " ", decides && link(`#/draws/${name}/change`, t("go-change"))),
      pending(own, me),
      draw.phase === "announced" && draft && clerk && h("p", { class: "actions" }, link(`#/drafts/${draft.id}/${draft.says.pool === undefined ? "people" : "terms"}`, t("draw-go-on"), { class: "button primary" })),
      draw.phase === "announced" && draft === undefined && h("p", {}, t("draw-no-draft")),
      facts(
        [t("words-draw"), h("code", {}, name)], [t("words-purpose"), h("code", {}, draw.purpose)], [t("words-draws_at"), moment(draw.draws_at)],
        draw.people !== undefined && [t("draw-people"), number(draw.people)], draw.round !== undefined && [t("words-beacon"), t("words-round", { round: number(draw.round) })],
        draw.attempt > 1 && [t("words-attempt"), number(draw.attempt)], draw.postponed > 0 && [t("words-postponed"), number(draw.postponed)],
        draw.erase_by !== undefined && [t("draw-erase-by"), moment(draw.erase_by)]),
      (result || decides) && [
        h("h2", {}, t("draw-next")),
        h("ul", { class: "cards" },
          result && sees && !draw.erased && go("results", t("go-results")),
          result && go("answers", t("go-answers")),
          result && go("seats", t("go-seats")),
          draw.phase === "drawn" && clerk && !draw.erased && go("rotation", t("go-rotation")),
          draw.phase !== "announced" && sees && go("complaints", t("go-complaints")),
          decides && go("change", t("go-change"))),
      ],
      h("h2", {}, t("draw-public")),
      h("ul", {}, h("li", {}, link(`/${LANG}/draws/${name}`, t("draw-public-page"))), h("li", {}, link(`/${LANG}/draws/${name}/live`, t("draw-public-live"))),
        result && h("li", {}, link(`/${LANG}/draws/${name}/minutes`, t("draw-public-minutes"))), result && h("li", {}, link(`/draws/${name}/bundle`, t("draw-public-bundle"))), h("li", {}, link(`/${LANG}/draws/${name}/press`, t("draw-public-press")))),
    ],
  };
}

/** Decisions about this draw that wait. */
function pending(own, me) {
  const open = own.filter((one) => one.state === "open" || one.state === "handing_in");
  return open.length > 0 && h("ul", { class: "cards" }, open.map((one) => h("li", { class: "card" }, link(`#/decisions/${one.id}`, h("strong", {}, t(`kind-${one.kind}`))), " ", pill(t("home-signed", { n: one.signatures.length, needed: one.needed }), one.ready ? "good" : "wait"),
    h("p", { class: "small" }, !one.signatures.some((s) => s.account === me.login) ? t("home-yours") : t(one.ready ? "home-ready" : "home-others")))));
}

/** Reads the draw's public events, and shows the page anew when its state has changed. */
function follow(name, draw, onLeave, again) {
  if (!["announced", "sealed", "vacated"].includes(draw.phase)) return;
  const events = new EventSource(`/draws/${name}/events`);
  events.addEventListener("state", (event) => {
    const { state } = JSON.parse(event.data);
    if (state !== draw.phase) {
      events.close();
      tell(t(`phase-${state}-text`));
      again();
    }
  });
  onLeave(() => events.close());
}

/** How long until the beacon's round; not read out every second. */
function countdown(draw, onLeave) {
  const clock = h("span", { class: "clock", role: "timer", "aria-live": "off" });
  const show = () => {
    const left = Math.max(0, Math.ceil(draw.round_at - Date.now() / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const days = Math.floor(left / 86_400);
    fill(clock, days > 0 && `${t("days", { n: days })} `, `${Math.floor(left / 3_600) % 24}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`);
  };
  show();
  const timer = setInterval(show, 500);
  onLeave(() => clearInterval(timer));
  return h("p", {}, t("draw-countdown"), " ", clock);
}
