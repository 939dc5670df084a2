// A member's own signing keys in this browser: Ed25519 keys of WebCrypto that cannot be taken out, not even by this script; they lie in
// IndexedDB. Only public halves and signatures leave the browser. Losing them loses nothing but the key: all else lies on the server.
//
// vkey      = name "+" hex(id) "+" base64(0x01 ‖ public key)        id = SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]
// signature = "— " name " " base64(id ‖ Ed25519(text))              (c2sp.org/signed-note)

const STORE = "keys";
const ED25519 = { name: "Ed25519" };

function opened() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("klero-desk", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "vkey" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function transact(mode, act) {
  const database = await opened();
  try {
    return await new Promise((done, failed) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    database.close();
  }
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function keyId(name, typed) {
  const head = new TextEncoder().encode(`${name}\n`);
  const joined = new Uint8Array(head.length + typed.length);
  joined.set(head);
  joined.set(typed, head.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined)).slice(0, 4);
}

/** Whether this browser can make such keys, and keep them. */
export async function able() {
  try {
    const pair = await crypto.subtle.generateKey(ED25519, false, ["sign", "verify"]);
    return pair.privateKey.extractable === false && typeof indexedDB === "object";
  } catch {
    return false;
  }
}

/** Makes a key that is not kept yet: register its `vkey` first, then `keep` it. */
export async function make(name, account) {
  const pair = await crypto.subtle.generateKey(ED25519, false, ["sign", "verify"]);
  const bytes = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const typed = new Uint8Array(bytes.length + 1);
  typed[0] = 1;
  typed.set(bytes, 1);
  const id = await keyId(name, typed);
  return { vkey: `${name}+${hex(id)}+${base64(typed)}`, name, id, account, key: pair.privateKey };
}

/** Keeps a key, and asks the browser not to throw it away when space runs short. */
export async function keep(made) {
  await transact("readwrite", (store) => store.put(made));
  await navigator.storage?.persist?.();
}

export const drop = (vkey) => transact("readwrite", (store) => store.delete(vkey));

/** The keys of an account that lie in this browser; none where it keeps nothing. */
export async function mine(account) {
  try {
    return (await transact("readonly", (store) => store.getAll())).filter((kept) => kept.account === account);
  } catch {
    return [];
  }
}

/** What a key signs to prove to the service of this log that it is this account's. Canonical JSON: its members are sorted. */
export const claim = (vkey, account, log) => `kleroterion/v1/member_key\n${JSON.stringify({ account, key: vkey, log, organiser: vkey.split("/")[0] })}\n`;

/** The bytes of a note that are signed: all before its blank line. */
export const signedText = (note) => note.slice(0, note.indexOf("\n\n") + 1);

/** The signature line of a text. */
export async function sign(kept, text) {
  const signature = new Uint8Array(await crypto.subtle.sign(ED25519, kept.key, new TextEncoder().encode(text)));
  const joined = new Uint8Array(4 + signature.length);
  joined.set(kept.id);
  joined.set(signature, 4);
  return `— ${kept.name} ${base64(joined)}`;
}
