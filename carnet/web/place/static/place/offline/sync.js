// Sends what waits and learns what became of it. Runs in the page, and in the service worker when the browser wakes it.
import { joined, toBase64, utf8 } from "./bytes.js";
import * as queue from "./queue.js";
import { readFacts } from "./verify.js";

const LOCK = "carnet-offline-sync";
const UPLOAD = utf8("carnet upload 1\0");
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
export const ITEMS_MOST = 500;

// { state: "done", settled } or { state: "nothing" | "away" | "refused", code, settled }. Never throws for the network's sake.
export function sync(database, options = {}) {
  const work = () => rounds(database, { fetch: (...given) => fetch(...given), now: () => Date.now(), ...options });
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

async function rounds(database, tools) {
  const settled = [];
  for (;;) {
    const device = await queue.enrolled(database);
    if (!device) return { state: "nothing", settled };
    const sent = (await queue.waiting(database)).slice(0, ITEMS_MOST);
    const answer = await upload(device, sent, tools);
    if (answer.state !== "done") return { ...answer, settled };
    const now = await queue.settle(database, sent, answer.body.answers, await learnt(device, answer));
    const fresh = now.filter((item) => item.state !== "waiting");
    settled.push(...fresh);
    // More than one upload's worth: go on. What the server asked to see later waits for the next time.
    if (!fresh.length || sent.length < ITEMS_MOST) return { state: "done", settled };
  }
}

async function upload(device, sent, tools) {
  const sentAt = tools.now();
  const items = sent.map(({ text, signature }) => ({ text, signature }));
  const body = utf8(JSON.stringify({ device_now: new Date(sentAt).toISOString(), items }));
  const signature = await crypto.subtle.sign(SIGNING, device.privateKey, joined(UPLOAD, body));
  let response;
  try {
    response = await tools.fetch(`/api/v1/devices/${device.id}/uploads`, {
      method: "POST", body, cache: "no-store", credentials: "omit",
      headers: { "Content-Type": "application/json", "Carnet-Signature": toBase64(signature), "Accept-Language": tools.language ?? "fr" },
    });
    const said = await response.json();
    if (response.ok && said.answers.length === sent.length) return { state: "done", body: said, at: tools.now() };
    return { state: response.status >= 500 ? "away" : "refused", code: said.code };
  } catch {
    return { state: "away" };
  }
}

// What the answer changes on the device. Facts that the pinned key did not sign are not believed: the earlier ones stay.
async function learnt(device, { body, at }) {
  const pins = { ...device.pins };
  const before = new Map(device.facts.map((each) => [each.programme, each]));
  const facts = [];
  for (const signed of body.facts) {
    try {
      pins[signed.programme] = (await readFacts(signed, pins[signed.programme])).pin;
      facts.push(signed);
    } catch {
      if (before.has(signed.programme)) facts.push(before.get(signed.programme));
    }
  }
  return { caps: body.caps, revokedAt: body.revoked_at, serverAt: body.server_now, seenAt: at, highest: at, facts, pins };
}
