// Enrols the device this page is open on: a key is made here, never leaves it, and its public half goes to the server.
import { toBase64 } from "./bytes.js";
import * as queue from "./queue.js";
import { readFacts } from "./verify.js";

const form = document.querySelector("[data-enrol]");
const said = document.querySelector("[data-enrol-says]");
const words = JSON.parse(document.getElementById("enrol-words").textContent);

function say(text) {
  said.hidden = false;
  said.textContent = text;
  said.focus();
}

async function begin() {
  if (!window.isSecureContext || !window.indexedDB || !window.crypto?.subtle || !navigator.serviceWorker) {
    say(words.unable);
    return;
  }
  const database = await queue.open();
  const device = await queue.enrolled(database);
  if (device && !device.revokedAt) {
    document.querySelector("[data-enrolled-here]").hidden = false;
    document.querySelector("[data-enrolled-name]").textContent = device.name;
    return;
  }
  if (device && (await queue.waiting(database)).length) {
    say(words.waiting);
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enrol(database).catch(() => say(words.failed));
  });
}

async function enrol(database) {
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-disabled", "true");
  try {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const fields = new FormData(form);
    fields.set("public_key", toBase64(await crypto.subtle.exportKey("raw", keys.publicKey)));
    const response = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (!response.ok) {
      say(answer.sentence ?? words.failed);
      return;
    }
    await keep(database, keys.privateKey, answer);
    window.location.assign(form.dataset.app);
  } finally {
    button.removeAttribute("aria-disabled");
    delete form.dataset.sent;
  }
}

async function keep(database, privateKey, answer) {
  const pins = {};
  for (const signed of answer.facts) pins[signed.programme] = (await readFacts(signed)).pin;
  const now = Date.now();
  await queue.enrol(database, {
    id: answer.device, name: answer.name, placeName: answer.place_name, privateKey, caps: answer.caps, revokedAt: null,
    facts: answer.facts, pins, seenAt: now, highest: now, serverAt: answer.server_now,
  });
  // So that the browser does not clear what waits when it lacks room.
  await navigator.storage?.persist?.().catch(() => false);
}

begin().catch(() => say(words.unable));
