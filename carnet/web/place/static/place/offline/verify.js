// Is this QR code one of a programme this place accepts? Answered on the device, from signed facts: never from a list of vouchers.
import { fromBase32, fromBase64, joined, sha256, toHex, utf8 } from "./bytes.js";
import { OfflineFault } from "./faults.js";

const TOKEN_SIZE = 136; // characters of base32: 1 byte of key version, 4 of series, 16 of keyed hash, 64 of signature
const SIGNED_SIZE = 21;
const TOKEN = utf8("carnet token 1\0");
const FACTS = utf8("carnet facts 1\0");
const FALLBACK = "../../packages/ed25519/index.js";

// What a text says, if it is the address in a QR code or its token. Throws OfflineFault: "typed-code", "not-a-voucher".
export function parseToken(text) {
  const plain = text.trim().toUpperCase();
  if (/^[\d\s.-]+$/.test(plain) && plain.replace(/\D/g, "").length === 18) throw new OfflineFault("typed-code");
  const token = (plain.includes("/V/") ? plain.slice(plain.lastIndexOf("/V/") + 3) : plain).replace(/^\/+|\/+$/g, "");
  const bytes = token.length === TOKEN_SIZE ? fromBase32(token) : null;
  if (!bytes) throw new OfflineFault("not-a-voucher");
  const signed = bytes.slice(0, SIGNED_SIZE);
  const view = new DataView(signed.buffer);
  return { token, signed, signature: bytes.slice(SIGNED_SIZE), keyVersion: view.getUint8(0), series: view.getUint32(1) };
}

// The facts a device holds, read and checked: { programme, name, phone, keys: Map(version: bytes), series: Map(id: facts), services, costs }.
// `pin` is the programme's first public key as this device learnt it when it enrolled. Throws OfflineFault: "facts-forged".
export async function readFacts(signed, pin) {
  const said = JSON.parse(signed.text);
  // Facts written before 0.9.0 do not name it apart.
  const first = pin ?? said.first ?? said.keys.find((each) => each.version === 1).public;
  const key = fromBase64(first);
  if (!(await holds(key, joined(FACTS, utf8(signed.text)), fromBase64(signed.signature)))) {
    throw new OfflineFault("facts-forged", { programme: said.programme });
  }
  return {
    programme: said.programme,
    name: said.name,
    phone: said.phone,
    issuedAt: said.issued_at,
    services: said.services,
    costs: said.costs ?? {},
    pin: first,
    ended: new Set(said.ended ?? []),
    keys: new Map(said.keys.map((each) => [each.version, fromBase64(each.public)])),
    series: new Map(said.series.map((each) => [each.id, each])),
  };
}

// A voucher that a programme of these facts signed: { token, voucher, programme, name, valueCents, acceptedUntil, services, issuedAt }.
// Throws OfflineFault: "typed-code", "not-a-voucher", "series-unknown", "key-ended", "counterfeit".
export async function authenticate(text, facts) {
  const read = parseToken(text);
  const found = facts.find((each) => each.series.has(read.series));
  if (!found) throw new OfflineFault("series-unknown");
  // Its keys leaked: who signed cannot be told here. With the network the voucher itself is asked for.
  if (found.ended.has(read.keyVersion)) throw new OfflineFault("key-ended");
  const key = found.keys.get(read.keyVersion);
  if (!key || !(await holds(key, joined(TOKEN, read.signed), read.signature))) throw new OfflineFault("counterfeit");
  const series = found.series.get(read.series);
  return {
    token: read.token,
    voucher: toHex(await sha256(read.signed)),
    programme: found.programme,
    name: found.name,
    services: found.services,
    costs: found.costs,
    issuedAt: found.issuedAt,
    valueCents: series.value_cents,
    acceptedUntil: series.accepted_until,
  };
}

// --- Ed25519: the browser's own, else the one served beside this page ------------------------------------------------
let native; // a promise of whether WebCrypto knows Ed25519
let fallback;

export async function holds(publicKey, message, signature) {
  native ??= knowsEd25519(publicKey);
  if (await native) {
    const key = await imported(publicKey);
    return crypto.subtle.verify("Ed25519", key, signature, message);
  }
  fallback ??= import(FALLBACK);
  const { verifyAsync } = await fallback;
  return verifyAsync(signature, message, publicKey);
}

// For tests and the benchmark: do as a browser without Ed25519 does.
export function forgetNative() {
  native = Promise.resolve(false);
}

const importedKeys = new Map();

async function imported(publicKey) {
  const name = toHex(publicKey);
  if (!importedKeys.has(name)) importedKeys.set(name, await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]));
  return importedKeys.get(name);
}

async function knowsEd25519(publicKey) {
  try {
    await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}
