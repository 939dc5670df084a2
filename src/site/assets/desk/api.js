// Asks the API. Every POST bears an Idempotency-Key that stays the same until an answer has come, so that a request that is repeated after a
// broken connection is carried out once. The session is a cookie that this script cannot read; the CSRF token lives in this variable alone.

const PREFIX = "/api/v1";

/** What went wrong, as RFC 9457 tells it. */
export class Problem extends Error {
  constructor(kind, status, detail, advice, file) {
    super(detail ?? kind);
    Object.assign(this, { kind, status, detail, advice, file });
  }
}

let csrf;
let account;
const pending = new Map();
/** Called when the session is over. */
export const on = { signedOut: () => {} };

async function ask(method, path, { body, etag, type, quiet = false, renewed = false } = {}) {
  const headers = {};
  let text = body;
  if (type === undefined && body !== undefined) {
    text = JSON.stringify(body);
    headers["content-type"] = "application/json";
  } else if (type !== undefined) headers["content-type"] = type;
  if (etag !== undefined) headers["if-match"] = etag;
  if (csrf !== undefined && method !== "GET") headers["x-csrf-token"] = csrf;
  const once = method === "POST" ? `${path} ${type === undefined ? text ?? "" : `${body.name} ${body.size} ${body.lastModified}`}` : undefined;
  if (once !== undefined) {
    if (!pending.has(once)) pending.set(once, crypto.randomUUID());
    headers["idempotency-key"] = pending.get(once);
  }
  let answer;
  try {
    answer = await fetch(PREFIX + path, { method, headers, body: text, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Problem("network", 0);
  }
  // An answer that may be another one next time leaves the key in place.
  if (once !== undefined && answer.status < 500 && answer.status !== 429) pending.delete(once);
  if (answer.ok) return answer;
  let told = {};
  try {
    told = await answer.json();
  } catch { /* not a problem document: the status alone has to do */ }
  const kind = String(told.type ?? "").replace("urn:kleroterion:problem:", "") || "other";
  // Signed in anew in another window: the same account goes on here as well, without losing what is on the screen.
  if (kind === "csrf" && !renewed) {
    const before = account;
    if ((await whoAmI())?.login === before) return ask(method, path, { body, etag, type, quiet, renewed: true });
    account = before;
    csrf = undefined;
  }
  if (answer.status === 401 && !quiet) {
    csrf = undefined;
    on.signedOut();
  }
  throw new Problem(kind, answer.status, told.detail, told.advice, told.file);
}

export const get = async (path) => (await ask("GET", path)).json();
/** With the version that an edit has to name. */
export const getVersion = async (path) => {
  const answer = await ask("GET", path);
  return { etag: answer.headers.get("etag"), value: await answer.json() };
};
export const getText = async (path) => (await ask("GET", path)).text();
/** What is there, or `undefined`. */
export const find = (path) => getVersion(path).catch((problem) => {
  if (problem.status === 404) return undefined;
  throw problem;
});
export const post = async (path, body = {}) => (await ask("POST", path, { body })).json();
export const put = async (path, etag, body) => {
  const answer = await ask("PUT", path, { body, etag });
  return answer.status === 204 ? undefined : { etag: answer.headers.get("etag"), value: await answer.json() };
};
export const remove = async (path, etag) => { await ask("DELETE", path, { etag }); };
export const upload = async (path, file, type) => (await ask("POST", path, { body: file, type })).json();

/** All of a list, page by page. */
export async function all(path, most = 2_000) {
  const items = [];
  let next;
  do {
    const page = await get(`${path}?limit=100${next === undefined ? "" : `&cursor=${next}`}`);
    items.push(...page.items);
    next = page.next;
  } while (next !== undefined && items.length < most);
  return items;
}

/** Who is signed in, or `undefined`. */
export async function whoAmI() {
  try {
    const session = await (await ask("GET", "/session", { quiet: true })).json();
    ({ csrf, login: account } = session);
    return session;
  } catch (problem) {
    if (problem.status === 401) return undefined;
    throw problem;
  }
}

export async function signIn(login, password, totp) {
  const body = { login, password };
  if (totp) body.totp = totp;
  const session = await (await ask("POST", "/session", { body, quiet: true })).json();
  ({ csrf, login: account } = session);
  return session;
}

export async function signOut() {
  await ask("DELETE", "/session");
  csrf = undefined;
}

/** A file as it comes, where a plain link would leave the desk for the error if there is one. */
export const file = async (path) => (await ask("GET", path)).blob();

/** Where a file is fetched from by a link. */
export const href = (path) => PREFIX + path;
