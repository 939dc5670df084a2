// The desk's beginning: who is signed in, and which screen the address names. Screens are functions that give a title and what stands below
// it; all that they show comes from the API each time, so that a browser that forgets everything loses nothing but a key.

import { on, signOut, whoAmI } from "./api.js";
import { button, fill, forget, h, link, speak, t, tell, trouble, unsent } from "./dom.js";
import * as after from "./after.js";
import * as changes from "./changes.js";
import * as decision from "./decision.js";
import * as draft from "./draft.js";
import * as draws from "./draws.js";
import * as keys from "./keys.js";
import * as people from "./people.js";
import * as signIn from "./sign-in.js";

const ROUTES = [
  [/^\/$/, draws.home],
  [/^\/keys$/, keys.page],
  [/^\/people$/, people.page],
  [/^\/account$/, signIn.account],
  [/^\/decisions\/([0-9a-f]+)$/, decision.page],
  [/^\/drafts\/new$/, draft.begin],
  [/^\/drafts\/([0-9a-f]+)(?:\/(rules|people|quotas|time|terms))?$/, draft.page],
  [/^\/draws\/([a-z0-9-]+)$/, draws.page],
  [/^\/draws\/([a-z0-9-]+)\/results$/, after.results],
  [/^\/draws\/([a-z0-9-]+)\/answers$/, after.answers],
  [/^\/draws\/([a-z0-9-]+)\/seats$/, after.seats],
  [/^\/draws\/([a-z0-9-]+)\/rotation$/, after.rotation],
  [/^\/draws\/([a-z0-9-]+)\/complaints$/, after.complaints],
  [/^\/draws\/([a-z0-9-]+)\/change$/, changes.page],
];

const view = document.getElementById("view");
let me;
/** The address of the screen that stands. */
let standing;
/** Where somebody whose session ended in mid-work signs in again; their screen waits meanwhile, out of sight. */
let gate;
let leave;
let shown = 0;

const address = () => location.hash.replace(/^#/, "") || "/";

/** What screens may ask of the frame. */
const frame = {
  get me() { return me; },
  go(to) {
    forget();
    if (address() === to) show();
    else location.hash = to;
  },
  again: () => show(false),
  signedIn(session) {
    me = session;
    menu();
    if (address().startsWith("/invitation")) location.hash = "/";
    else show();
  },
};

function menu() {
  const nav = document.getElementById("nav");
  fill(nav, nav.querySelector(".brand"));
  if (me === undefined) return;
  if (me.role !== "admin") nav.append(link("#/keys", t("nav-keys")));
  if (me.role === "admin" || me.role === "organiser") nav.append(link("#/people", t("nav-people")));
  nav.append(link("#/account", t("nav-account")));
  const here = `#${address()}`;
  for (const a of nav.querySelectorAll("a")) a.toggleAttribute("aria-current", a.getAttribute("href") === here);
}

/** Shows the screen that the address names. Of two that are on their way the later counts. */
async function show(arrived = true) {
  const turn = (shown += 1);
  open();
  forget();
  leave?.();
  leave = undefined;
  for (const a of document.querySelectorAll("#langs a")) a.hash = location.hash;
  const path = address();
  let screen;
  const stops = [];
  const context = { me, go: frame.go, again: frame.again, signedIn: frame.signedIn, leaveDesk, onLeave: (stop) => stops.push(stop) };
  try {
    const invitation = /^\/invitation(?:\/(invite_[0-9a-f]+))?$/.exec(path);
    if (invitation !== null) screen = await signIn.accept(context, invitation[1]);
    else if (me === undefined) screen = await signIn.page(context);
    else {
      const found = ROUTES.map(([pattern, make]) => [pattern.exec(path), make]).find(([match]) => match !== null);
      screen = found === undefined ? { title: t("lost-title"), body: [h("p", {}, t("lost-text")), link("#/", t("back-home"))] } : await found[1](context, ...found[0].slice(1));
    }
  } catch (problem) {
    if (problem.status === 401 && me === undefined) return;
    screen = { title: t("problem-title"), body: [trouble(problem), button(t("again"), () => frame.again()), h("p", {}, link("#/", t("back-home")))] };
  }
  if (turn !== shown) {
    for (const stop of stops) stop();
    return;
  }
  leave = () => { for (const stop of stops) stop(); };
  menu();
  document.title = `${screen.title} · ${t("title")}`;
  const heading = h("h1", { tabindex: "-1" }, screen.title);
  const held = view.contains(document.activeElement);
  fill(view, screen.back && h("p", { class: "back" }, screen.back), heading, screen.body);
  view.dataset.screen = path;
  standing = location.hash;
  if (arrived && me !== undefined) {
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  } else if (held) heading.focus({ preventScroll: true });
}

on.signedOut = () => {
  if (me === undefined) return;
  const before = me;
  me = undefined;
  tell(t("session-over"));
  if (unsent() === undefined) show();
  else close(before);
};

/** What somebody has typed is kept where it stands, until the same account has signed in again. */
async function close(before) {
  const { title, body } = await signIn.page({
    signedIn(session) {
      if (session.login !== before.login || session.role !== before.role) { frame.signedIn(session); return; }
      me = session;
      open();
      menu();
      view.querySelector(".trouble")?.remove();
      unsent()?.querySelector("button:not([type=button])")?.focus();
      tell(t("session-back"));
    },
  });
  gate = h("div", { id: "gate" }, h("h1", {}, title), body);
  view.hidden = true;
  view.before(gate);
  menu();
  gate.querySelector("[name=login]").value = before.login;
  gate.querySelector("[name=password]").focus();
}

function open() {
  gate?.remove();
  gate = undefined;
  view.hidden = false;
}

async function leaveDesk() {
  await signOut();
  me = undefined;
  location.hash = "/";
  show();
}

// The skip link leads into the page; the address names the screen.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("content").focus();
});
// Nothing that was typed is lost without a question: not by a link, not by the browser's button, not by closing the window.
addEventListener("hashchange", () => {
  if ((me === undefined && gate === undefined) || unsent() === undefined || confirm(t("leave-unsent"))) show();
  else history.pushState(null, "", standing || "#/");
});
addEventListener("beforeunload", (event) => {
  if ((me !== undefined || gate !== undefined) && unsent() !== undefined) event.preventDefault();
});

try {
  await speak();
  me = await whoAmI();
  await show();
} catch (problem) {
  fill(view, h("h1", {}, document.title), trouble(problem));
}
