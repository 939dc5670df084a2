// Elements, sentences, moments. Texts become text nodes and nothing else: nothing that anybody typed is ever read as HTML.

export const LANG = document.documentElement.lang || "en";
const numbers = new Intl.NumberFormat(LANG);
const plurals = new Intl.PluralRules(LANG);
const moments = new Intl.DateTimeFormat(LANG, { dateStyle: "long", timeStyle: "short" });
const precise = new Intl.DateTimeFormat(LANG, { dateStyle: "long", timeStyle: "long" });

let sentences = {};

/** Loads the sentences of the page's language, from beside this module. */
export async function speak() {
  const answer = await fetch(new URL(`./${LANG}.json`, import.meta.url));
  sentences = await answer.json();
}

/** A sentence. Numbers stand in it grouped as `$n_s`, and choose the plural as `$n`. */
export function t(key, args = {}) {
  const parts = sentences[key];
  if (parts === undefined) {
    console.error(`no sentence ${key}`);
    return key;
  }
  return said(parts, args);
}

function said(parts, args) {
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const [name, choices] = part;
    if (choices === undefined) return name.endsWith("_s") ? numbers.format(args[name.slice(0, -2)]) : String(args[name]);
    const value = args[name];
    const chosen = choices[String(value)] ?? (typeof value === "number" ? choices[plurals.select(value)] : undefined);
    return said(chosen ?? choices.other, args);
  }).join("");
}

/** Whether there is such a sentence. */
export const known = (key) => key in sentences;

export const number = (n) => numbers.format(n);
export const percent = (share) => new Intl.NumberFormat(LANG, { style: "percent", maximumFractionDigits: 2 }).format(share);

/** A moment of Unix seconds in the reader's own time zone, with the zone; machines get UTC. */
export function moment(secs) {
  const at = new Date(secs * 1000);
  return h("time", { datetime: at.toISOString() }, precise.format(at));
}
export const when = (secs) => moments.format(new Date(secs * 1000));

/** Makes an element: `h("p", {class: "x", onclick: f}, "text", element, [more])`. */
export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  put(element, children);
  return element;
}

export function put(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

export const fill = (element, ...children) => { element.replaceChildren(); return put(element, ...children); };

let ids = 0;
const fresh = () => `f${(ids += 1)}`;

/** A labelled control with a hint. `control` is made here, so that label and hint point at it. */
export function field(label, name, props = {}, hint) {
  const id = fresh();
  const { tag = "input", options, ...rest } = props;
  const described = hint ? `${id}h` : undefined;
  const control = h(tag, { id, name, "aria-describedby": described, ...rest });
  for (const [value, text] of options ?? []) control.append(h("option", { value, selected: value === props.chosen }, text));
  if (rest.value !== undefined) control.value = rest.value;
  return h("div", { class: "field" }, h("label", { for: id }, label), hint && h("p", { id: described, class: "small" }, hint), control);
}

/** Radio buttons: `options` are [value, label, hint]. */
export function choice(legend, name, options, chosen, props = {}) {
  return h("fieldset", props, h("legend", {}, legend), options.map(([value, label, hint]) => {
    const id = fresh();
    return h("div", { class: "choice" },
      h("input", { type: "radio", id, name, value, checked: value === chosen, required: true, "aria-describedby": hint && `${id}h` }),
      h("div", {}, h("label", { for: id }, label), hint && h("p", { id: `${id}h`, class: "small" }, hint)));
  }));
}

export function tick(label, name, value, checked = false, props = {}) {
  const id = fresh();
  return h("div", { class: "choice" }, h("input", { type: "checkbox", id, name, value, checked, ...props }), h("label", { for: id }, label));
}

/** Forms in which somebody has typed what is not sent yet. */
const typed = new Set();
/** The first of them that still stands in the page. */
export const unsent = () => [...typed].find((element) => element.isConnected);
export const forget = () => typed.clear();

/** A form that does `act` with its data when it is sent, says what goes wrong, and cannot be sent twice at a time. */
export function form(act, ...children) {
  const wrong = h("div", {});
  const element = h("form", {
    oninput: () => typed.add(element),
    onsubmit: async (event) => {
      event.preventDefault();
      await busy(element, wrong, async () => {
        await act(new FormData(element), element);
        typed.delete(element);
      });
    },
  }, ...children, wrong);
  return element;
}

/** A button that does something, and says what goes wrong beside itself. */
export function button(label, act, props = {}) {
  const wrong = h("div", {});
  const control = h("button", { type: "button", onclick: () => busy(row, wrong, act), ...props }, label);
  const row = h("div", { class: "act" }, control, wrong);
  return row;
}

/** Buttons are only said to be disabled: one that really is would lose the focus, and whoever uses the keyboard their place. */
async function busy(element, wrong, act) {
  if (element.closest("[aria-busy=true]") !== null) return;
  element.setAttribute("aria-busy", "true");
  for (const control of element.querySelectorAll("button")) control.setAttribute("aria-disabled", "true");
  wrong.replaceChildren();
  try {
    await act();
  } catch (problem) {
    wrong.replaceChildren(trouble(problem));
  } finally {
    element.removeAttribute("aria-busy");
    for (const control of element.querySelectorAll("button")) control.removeAttribute("aria-disabled");
  }
}

/** What went wrong, and what to do. The service says it in English; what kind of problem it is, is said in the reader's language. */
export function trouble(problem) {
  if (!(problem instanceof Error) || problem.kind === undefined) console.error(problem);
  const key = `problem-${problem.kind ?? "fault"}`;
  return h("div", { class: "verdict bad trouble", role: "alert" },
    h("p", { class: "headline" }, t(known(key) ? key : "problem-other")),
    problem.file ? wrongFile(problem.file) : english(problem.detail, problem.advice));
}

const english = (detail, advice) => [detail && h("p", { lang: "en", class: "detail" }, detail), advice && h("p", { lang: "en", class: "small" }, advice)];

/** What each kind of problem of a file needs. */
const REMEDIES = {
  encoding: ["utf16", "not-utf8", "nul"], export: ["empty-file", "header-only"], names: ["unnamed-column", "double-column", "column-name-too-long"],
  headings: ["heading-like-data"], fewer: ["too-many-columns"], roles: ["no-such-column", "two-roles"], cells: ["ragged"], id: ["no-id"], double: ["double-id"],
  shorter: ["id-too-long", "cell-too-long", "public-too-long"], quote: ["record-too-long", "after-quotation"], pools: ["too-many-people"], stranger: ["stranger"],
};

/** What is wrong with a file of people, each with its line, and what to do: said here, from kinds and places. A kind that is not known stays English. */
export function wrongFile({ problems, total, message, advice }) {
  if (!problems?.length || !problems.every(({ kind }) => known(`file-${kind}`))) return english(message, advice);
  const does = Object.keys(REMEDIES).filter((what) => problems.some(({ kind }) => REMEDIES[what].includes(kind)));
  return [
    h("ul", { class: "wrong" }, problems.map((one) => h("li", {}, one.line !== undefined && h("strong", {}, t("file-line", { line: one.line }), " "), t(`file-${one.kind}`, one)))),
    total > problems.length && h("p", {}, t("file-more", { n: total - problems.length })),
    does.map((what) => h("p", { class: "small" }, t(`file-do-${what}`))),
  ];
}

/** Says something to everybody, also to those who do not see it appear. */
export function tell(text) {
  const told = document.getElementById("told");
  told.textContent = "";
  clearTimeout(silence);
  requestAnimationFrame(() => { told.textContent = text; });
  silence = setTimeout(() => { told.textContent = ""; }, TOLD_MS);
}
const TOLD_MS = 8_000;
let silence;

/** A text that people carry elsewhere, with a button that copies it. Where the browser forbids that, the text is selected. */
export function copied(text, what, props = {}) {
  const code = h("code", props, text);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell(t("copied"));
    } catch {
      getSelection().selectAllChildren(code);
      tell(t("copy-no"));
    }
  };
  return h("span", { class: "copied" }, code, " ", h("button", { type: "button", class: "copy", onclick: copy, "aria-label": t("copy-of", { what }) }, t("copy")));
}

export const pill = (text, kind = "") => h("span", { class: `pill ${kind}` }, text);
export const facts = (...pairs) => h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
export const link = (href, text, props = {}) => h("a", { href, ...props }, text);
export const more = (summary, ...children) => h("details", {}, h("summary", {}, summary), ...children);

/** Datetime-local values are in the reader's own time zone. */
export function toLocal(secs) {
  const at = new Date(secs * 1000);
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
export const fromLocal = (text) => Math.floor(new Date(text).getTime() / 1000);
