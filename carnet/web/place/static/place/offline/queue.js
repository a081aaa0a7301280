// What this device accepted and the server has not answered yet, kept where a killed browser, a full disk or a new version lose nothing.
import { joined, sha256, toBase64, toHex, utf8 } from "./bytes.js";
import { check } from "./caps.js";
import { OfflineFault } from "./faults.js";

export const NAME = "carnet-offline";
const LOCK = "carnet-offline-queue";
const HISTORY_MOST = 1000; // answered items kept on the device: a memory for the eye, the server has them all
const ITEM = utf8("carnet item 1\0");
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

// One step per version of the store, each run once on each device, in order. A released step is never changed: add one.
export const STEPS = [
  (database) => {
    database.createObjectStore("device", { keyPath: "slot" });
    const items = database.createObjectStore("items", { keyPath: "key" });
    items.createIndex("voucher", "voucher", { unique: true });
    items.createIndex("state", "state");
    database.createObjectStore("settings", { keyPath: "name" });
  },
];

// The store, brought up to date. An older page of the same browser lets go of it by itself.
export function open(steps = STEPS) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, steps.length);
    asked.onupgradeneeded = (event) => {
      for (const step of steps.slice(event.oldVersion)) step(asked.result, asked.transaction);
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new DOMException("", "AbortError"));
  });
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// A write that is on the disk when it is said to be, or a fault that says it is not.
async function written(database, stores, write) {
  const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
  const finished = done(transaction);
  try {
    write(...stores.map((name) => transaction.objectStore(name)));
    await finished;
  } catch (fault) {
    finished.catch(() => {});
    if (fault?.name === "ConstraintError") throw new OfflineFault("already-here");
    if (fault instanceof OfflineFault) throw fault;
    throw new OfflineFault(fault?.name === "QuotaExceededError" ? "full-disk" : "not-written");
  }
}

// One tab at a time touches the chain.
function alone(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

// --- the device --------------------------------------------------------------------------------------------------
export async function enrolled(database) {
  return (await answered(database.transaction("device").objectStore("device").get("current"))) ?? null;
}

export async function enrol(database, device) {
  await written(database, ["device"], (store) => store.put({ ...device, slot: "current", counter: 0, previous: "" }));
}

// Forget the device: only once nothing waits. Throws OfflineFault: "still-waiting".
export async function forget(database) {
  if ((await waiting(database)).length) throw new OfflineFault("still-waiting");
  await written(database, ["device"], (store) => store.delete("current"));
}

export async function setting(database, name) {
  return (await answered(database.transaction("settings").objectStore("settings").get(name)))?.value;
}

export async function set(database, name, value) {
  await written(database, ["settings"], (store) => store.put({ name, value }));
}

// --- the queue -----------------------------------------------------------------------------------------------------
export async function items(database) {
  const found = await answered(database.transaction("items").objectStore("items").getAll());
  return found.sort((one, other) => one.counter - other.counter);
}

export async function waiting(database) {
  return (await items(database)).filter((item) => item.state === "waiting");
}

// The item of a voucher already seen on this device, or undefined.
export function itemOf(database, voucher) {
  return answered(database.transaction("items").objectStore("items").index("voucher").get(voucher));
}

// Accept one authentic voucher: written and signed, or not accepted at all. `now`: the device's clock, in milliseconds.
// Throws OfflineFault: "already-here", "full-disk", "not-written", and those of caps.check.
export async function accept(database, { seen, service, now }) {
  return (await acceptTogether(database, { seen: [seen], service, now }))[0];
}

// Accept all the vouchers of one service, or none of them: one write. Throws as accept.
export function acceptTogether(database, { seen, service, now }) {
  return alone(async () => {
    let device = await enrolled(database);
    const group = seen.length > 1 ? crypto.randomUUID() : undefined;
    const fresh = [];
    const refused = [];
    const wait = await waiting(database);
    for (const each of seen) {
      check(device, [...wait, ...fresh], each.valueCents, now);
      const already = await itemOf(database, each.voucher);
      if (already && already.state !== "refused") throw new OfflineFault("already-here", { counter: already.counter });
      if (already) refused.push(already);
      const item = await signed(device, each, { service, now, group });
      fresh.push(item);
      device = { ...device, counter: item.counter, previous: toHex(await sha256(utf8(item.text))), highest: Math.max(now, device.highest ?? 0) };
    }
    await written(database, ["items", "device"], (queue, store) => {
      // What was refused may be good today (handed over on paper, and declared since): the refusal stays, under a name of its own.
      for (const already of refused) queue.put({ ...already, voucher: `${already.voucher}:${already.counter}` });
      for (const item of fresh) queue.add(item);
      store.put(device);
    });
    return fresh;
  });
}

async function signed(device, seen, { service, now, group }) {
  const counter = device.counter + 1;
  const key = crypto.randomUUID();
  const deviceAt = new Date(now).toISOString();
  const text = JSON.stringify({
    v: 1, device: device.id, key, counter, previous: device.previous, token: seen.token, service,
    device_at: deviceAt, facts_at: seen.issuedAt, group,
  });
  const signature = await crypto.subtle.sign(SIGNING, device.privateKey, joined(ITEM, utf8(text)));
  return {
    key, counter, text, signature: toBase64(signature), state: "waiting", voucher: seen.voucher,
    valueCents: seen.valueCents, programme: seen.programme, service, deviceAt,
  };
}

// Note the server's answers, the fresh facts and limits, all at once. `sent` and `answers` go in the same order.
export function settle(database, sent, answers, changes) {
  return alone(async () => {
    const device = await enrolled(database);
    const kept = await items(database);
    const told = new Map(sent.map((item, rank) => [item.key, answers[rank]]));
    const settled = kept.filter((item) => told.has(item.key)).map((item) => after(item, told.get(item.key)));
    await written(database, ["items", "device"], (queue, store) => {
      for (const item of settled) queue.put(item);
      for (const item of forgotten(kept, settled)) queue.delete(item.key);
      store.put({ ...device, ...changes });
    });
    return settled;
  });
}

function after(item, answer) {
  if (item.state !== "waiting" || answer.state === "wait") return item;
  // Answered: what could be spent again leaves the device, what a person needs to know stays.
  const { text, signature, ...rest } = item;
  return { ...rest, state: answer.state, answer, read: answer.state === "confirmed" };
}

// The oldest answered items beyond what a device remembers; never one that waits, never a refusal nobody read.
function forgotten(kept, settled) {
  const now = new Map(settled.map((item) => [item.key, item]));
  const old = kept.map((item) => now.get(item.key) ?? item).filter((item) => item.state !== "waiting" && item.read);
  return old.slice(0, Math.max(0, old.length - HISTORY_MOST));
}

// A person read why an item was refused.
export async function markRead(database, key) {
  const item = await answered(database.transaction("items").objectStore("items").get(key));
  if (item) await written(database, ["items"], (queue) => queue.put({ ...item, read: true }));
}

