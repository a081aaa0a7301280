// The screen that accepts vouchers without network: reads a QR code, verifies it here, keeps it, sends it by itself.
import * as caps from "./caps.js";
import { OfflineFault } from "./faults.js";
import * as queue from "./queue.js";
import { sync } from "./sync.js";
import { authenticate, readFacts } from "./verify.js";
import { ScanFault, attachWedge, decodeFile, startCamera, untangled, useReader } from "../../design/scanner.js";

const SYNC_EVERY_MS = 60_000;
const RETRY_FIRST_MS = 4_000; // then twice as long each time, up to the above
const FACTS_EVERY_MS = 15 * 60_000;
const HISTORY_SHOWN = 50;

const page = (name) => document.querySelector(`[data-${name}]`);
const { words, services, language, reader } = JSON.parse(document.getElementById("offline-words").textContent);
const euros = new Intl.NumberFormat(language, { style: "currency", currency: "EUR", minimumFractionDigits: 0 });
const when = new Intl.DateTimeFormat(language, { weekday: "long", hour: "2-digit", minute: "2-digit" });

let database;
let device;
let facts = [];
let seen = null; // the voucher on the screen, authentic, not accepted yet
let held = []; // the vouchers already given for a service that costs several: nothing is written before the last
let heldService = "";
let camera = null;
let busy = false;
let syncedAt = 0;

// --- words -----------------------------------------------------------------------------------------------------------
function worded(name, values = {}) {
  return (words[name] ?? words.fault).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "…");
}

function money(cents) {
  return euros.format(cents / 100);
}

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function icon(name) {
  return page(`icon="${name}"`).firstElementChild.cloneNode(true);
}

function show(name, isShown) {
  page(name).hidden = !isShown;
  // One thing at a time: while a voucher waits for a decision, there is nothing else to fill in.
  if (name === "voucher") page("scan-form").hidden = isShown;
}

// --- the result, large, with its word, its icon, its colour and its sound -----------------------------------------------
function result(tone, title, ...texts) {
  const box = page("result");
  const drawing = { success: "check", warning: "alert", danger: "cross", info: "clock" }[tone];
  box.className = `result tone-${tone}`;
  box.setAttribute("role", tone === "danger" ? "alert" : "status");
  box.replaceChildren(icon(drawing), element("h2", title), ...texts.filter(Boolean).map((text) => element("p", text)));
  box.hidden = false;
  document.dispatchEvent(new CustomEvent("carnet:sound", { detail: tone === "danger" ? "bad" : "good" }));
}

function refuse(fault) {
  const facts = { ...fault.facts, cents: fault.facts?.cents === undefined ? "" : money(fault.facts.cents) };
  const code = fault instanceof OfflineFault || fault instanceof ScanFault ? fault.code : "fault";
  result(WARNINGS.has(code) ? "warning" : "danger", worded(`${code}.title`), worded(code, facts));
}
const WARNINGS = new Set(["typed-code", "not-a-voucher", "already-here", "same-voucher", "other-programme", "series-unknown", "key-ended", "no-code-in-picture", "no-camera", "not-allowed", "no-reader"]);

// --- a code was read ---------------------------------------------------------------------------------------------------
// One at a time, none forgotten: a scanner is quicker than a signature.
let turn = Promise.resolve();

function inTurn(work) {
  turn = turn.then(async () => {
    busy = true;
    try {
      await work();
    } finally {
      busy = false;
    }
  });
  return turn;
}

function present(text) {
  page("code").value = "";
  page("result").hidden = true;
  return inTurn(() => look(text));
}

async function look(text) {
  seen = null;
  show("voucher", false);
  try {
    const found = await authenticate(untangled(text), facts);
    const already = await queue.itemOf(database, found.voucher);
    if (already && already.state !== "refused") throw new OfflineFault("already-here", { counter: already.counter });
    if (held.some((each) => each.voucher === found.voucher)) throw new OfflineFault("same-voucher");
    if (held.length && held[0].programme !== found.programme) throw new OfflineFault("other-programme");
    caps.check(device, [...(await queue.waiting(database)), ...held], found.valueCents, Date.now());
    seen = found;
    await offer(found);
  } catch (fault) {
    refuse(fault);
  }
}

async function offer(found) {
  const latest = await queue.setting(database, "service");
  const offered = held.length ? [heldService] : found.services;
  const chosen = offered.includes(latest) ? latest : offered[0];
  page("services").replaceChildren(...offered.map((code) => choice(code, code === chosen, found.costs[code] ?? 1)));
  page("voucher-value").textContent = money(found.valueCents);
  page("voucher-programme").textContent = found.name;
  show("voucher-end", caps.endIsNear(device, found.acceptedUntil, Date.now()));
  page("result").hidden = true;
  show("voucher", true);
  page("accept").focus();
}

function choice(code, isChosen, cost) {
  const box = element("div", "", "choice");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "service", value: code, id: `service-${code}`, checked: isChosen });
  const label = Object.assign(element("label", cost > 1 ? worded("costs", { service: services[code] ?? code, count: cost }) : services[code] ?? code), { htmlFor: input.id });
  box.append(input, label);
  return box;
}

async function accept() {
  if (!seen) return;
  const service = document.querySelector("input[name=service]:checked")?.value;
  const given = [...held, seen];
  const cost = seen.costs[service] ?? 1;
  try {
    if (given.length < cost) {
      held = given;
      heldService = service;
      result("warning", worded("more.title", { count: cost - given.length }), worded("more", { count: cost }));
      return;
    }
    const items = await queue.acceptTogether(database, { seen: given, service, now: Date.now() });
    held = [];
    await queue.set(database, "service", service).catch(() => {});
    const value = money(items.reduce((sum, item) => sum + item.valueCents, 0));
    const counters = items.map((item) => item.counter).join(", ");
    result("info", worded("accepted.title"), worded("accepted", { value, counter: counters }));
  } catch (fault) {
    refuse(fault);
  } finally {
    seen = null;
    show("voucher", false);
    page("code").focus();
  }
  await draw();
}

// --- what is on the device -----------------------------------------------------------------------------------------------
async function draw() {
  device = await queue.enrolled(database);
  show("not-enrolled", !device);
  show("revoked", Boolean(device?.revokedAt));
  show("counter", Boolean(device) && !device.revokedAt);
  const all = device ? await queue.items(database) : [];
  const waiting = all.filter((item) => item.state === "waiting");
  if (device) {
    page("place").textContent = `${device.placeName} · ${device.name}`;
    const rest = caps.left(device, waiting, Date.now());
    page("left").textContent = worded("left", { count: Math.max(0, rest.count), cents: money(Math.max(0, rest.cents)), hours: Math.max(0, Math.ceil(rest.hours)) });
  }
  page("waiting-count").textContent = String(waiting.length);
  list("refused", all.filter((item) => item.state === "refused" && !item.read), refusedLine);
  list("waiting", waiting, waitingLine);
  list("answered", all.filter((item) => item.state !== "waiting" && item.read).slice(-HISTORY_SHOWN).reverse(), answeredLine);
}

function list(name, found, line) {
  show(`${name}-section`, found.length > 0);
  page(name).replaceChildren(...found.map(line));
}

function line(item, ...more) {
  const made = document.createElement("li");
  const what = element("div", "", "what");
  const title = element("strong", worded("number", { counter: item.counter, value: money(item.valueCents) }));
  what.append(title, element("span", `${services[item.service] ?? item.service} · ${when.format(new Date(item.deviceAt))}`, "muted"));
  made.append(what, ...more);
  return made;
}

function pill(tone, drawing, text) {
  const made = element("span", "", `pill tone-${tone}`);
  made.append(icon(drawing), text);
  return made;
}

function waitingLine(item) {
  return line(item, pill("info", "clock", words.waiting));
}

function answeredLine(item) {
  const confirmed = item.state === "confirmed";
  const made = line(item, confirmed ? pill("success", "check", words.confirmed) : pill("danger", "cross", words.refused));
  if (item.answer.voucher_serial) made.querySelector(".what").append(" ", element("span", item.answer.voucher_serial, "muted number"));
  if (!confirmed) made.querySelector(".what").append(element("p", item.answer.sentence));
  return made;
}

function refusedLine(item) {
  const understood = element("button", words.understood, "button secondary");
  understood.type = "button";
  understood.addEventListener("click", () => queue.markRead(database, item.key).then(draw));
  const made = line(item, pill("danger", "cross", words.refused), understood);
  const what = made.querySelector(".what");
  if (item.answer.voucher_serial) what.append(element("p", worded("serial", { serial: item.answer.voucher_serial })));
  what.append(element("p", item.answer.sentence), element("p", item.answer.advice));
  return made;
}

// --- the network comes and goes ---------------------------------------------------------------------------------------
let sending = null;
const retry = { after: RETRY_FIRST_MS, timer: 0 };

function send() {
  sending ??= (async () => {
    page("network").textContent = words.sending;
    const answer = await sync(database, { language });
    syncedAt = Date.now();
    await learn();
    await draw();
    page("network").textContent = { done: words.online, away: words.away, refused: answer.code === "device-unknown" ? worded("device-unknown.title") : worded("upload-refused", { code: answer.code }), nothing: "" }[answer.state];
    if (answer.state === "away") askToBeWoken();
    // The queue names its device: a new enrolment could not send it. It is kept, and somebody is called.
    if (answer.code === "device-unknown") result("danger", worded("device-unknown.title"), worded("device-unknown", { count: (await queue.waiting(database)).length }));
    tellSettled(answer.settled);
    await tryAgainSoon(answer.settled.length > 0);
  })().finally(() => { sending = null; });
  return sending;
}

// Something still waits: no network, or a voucher accepted while others were on their way. No event tells of a network that comes back behind
// a router which never went.
async function tryAgainSoon(moved) {
  clearTimeout(retry.timer);
  if (moved) retry.after = RETRY_FIRST_MS;
  if (!(await queue.waiting(database)).length) return;
  retry.timer = setTimeout(() => { if (!document.hidden) send(); }, retry.after);
  retry.after = Math.min(retry.after * 2, SYNC_EVERY_MS);
}

function tellSettled(settled) {
  const refused = settled.filter((item) => item.state === "refused");
  if (!settled.length || seen) return;
  if (refused.length) result("danger", worded("told-refused.title"), worded("told-refused", { count: refused.length }));
  else result("success", worded("told-confirmed.title"), worded("told-confirmed", { count: settled.length }));
}

async function askToBeWoken() {
  const registration = await navigator.serviceWorker?.ready;
  await registration?.sync?.register("carnet-offline").catch(() => {});
}

async function learn() {
  device = await queue.enrolled(database);
  const found = await Promise.all((device?.facts ?? []).map((signed) => readFacts(signed, device.pins[signed.programme]).catch(() => null)));
  facts = found.filter(Boolean);
}

async function often() {
  if (!device || document.hidden) return;
  const waits = (await queue.waiting(database)).length > 0;
  if (waits || Date.now() - syncedAt > FACTS_EVERY_MS || syncedAt > Date.now()) send();
  else draw();
}

// --- ways in -----------------------------------------------------------------------------------------------------------
async function toggleCamera() {
  if (camera) {
    camera.stop();
    camera = null;
    show("camera", false);
    return;
  }
  try {
    show("camera", true);
    camera = await startCamera(page("video"), (text) => { if (!seen) present(text); });
  } catch (fault) {
    show("camera", false);
    refuse(fault);
  }
}

async function readPhoto(input) {
  try {
    const found = await decodeFile(input.files[0]);
    if (!found.length) throw new OfflineFault("no-code-in-picture");
    await present(found[0]);
  } catch (fault) {
    refuse(fault);
  } finally {
    input.value = "";
  }
}

function listen() {
  page("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = page("code").value;
    if (text.trim()) present(text);
  });
  page("voucher").addEventListener("submit", (event) => {
    event.preventDefault();
    inTurn(accept).then(send);
  });
  page("leave").addEventListener("click", () => { seen = null; held = []; show("voucher", false); page("code").focus(); });
  page("camera-switch").addEventListener("click", toggleCamera);
  page("photo").addEventListener("change", (event) => readPhoto(event.target));
  page("send-now").addEventListener("click", send);
  attachWedge(present);
  window.addEventListener("online", send);
  window.addEventListener("offline", () => { page("network").textContent = words.away; });
  document.addEventListener("visibilitychange", often);
  setInterval(often, SYNC_EVERY_MS);
}

// A new version takes over by itself, once nothing is half done; the queue is not in it and stays where it is.
function follow() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.addEventListener("message", (event) => { if (event.data === "settled") learn().then(draw); });
  if (!navigator.serviceWorker.controller) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    const wait = setInterval(() => {
      if (busy || seen || held.length || camera || page("code").value) return;
      clearInterval(wait);
      window.location.reload();
    }, 500);
  });
}

async function install() {
  const { worker, waking } = document.body.dataset;
  const options = { scope: "/place/offline/", updateViaCache: "none" };
  const registered = "SyncManager" in window
    ? navigator.serviceWorker.register(waking, { ...options, type: "module" }).catch(() => navigator.serviceWorker.register(worker, options))
    : navigator.serviceWorker.register(worker, options);
  const registration = await registered;
  await registration.update().catch(() => {});
  await navigator.serviceWorker.ready;
  show("ready", true);
}

async function begin() {
  if (reader) useReader(reader.module, reader.wasm);
  database = await queue.open();
  await queue.set(database, "language", language).catch(() => {});
  await learn();
  await draw();
  listen();
  follow();
  page("code").focus();
  document.documentElement.dataset.offline = "begun";
  send();
  if (navigator.serviceWorker) await install().catch(() => {});
}

begin().catch((fault) => refuse(fault));
