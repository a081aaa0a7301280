// The counter's comforts: the camera, a photo read on the device, a scanner that types, a whole workshop without a page for each voucher.
// Every page works without this file: a code is typed, a photo is sent, a button is pressed.
import { attachWedge, decodeFile, startCamera, useReader } from "../design/scanner.js";

const CAN_SEE = Boolean(navigator.mediaDevices?.getUserMedia);

function sound(kind) {
  document.dispatchEvent(new CustomEvent("carnet:sound", { detail: kind }));
}

// --- one voucher: the code goes in the field, and the form is sent ----------------------------------------------------
function send(form) {
  if (form.requestSubmit) form.requestSubmit(form.querySelector("[type=submit]"));
  else form.submit();
}

function tillTakes(form) {
  return (text) => {
    form.elements.code.value = text;
    send(form);
  };
}

// --- the other vouchers of one service: each fills the next empty field, nothing is sent before a person accepts ------
function othersTake(form) {
  return (text) => {
    const fields = [...form.querySelectorAll("input.voucher-code")];
    if ([form.elements.code, ...fields].some((field) => field.value.trim() === text)) return; // still before the camera
    const next = fields.find((field) => !field.value.trim());
    if (!next) return;
    next.value = text;
    (fields.find((field) => !field.value.trim()) ?? form.querySelector("[type=submit]")).focus();
    sound("good");
  };
}

// --- a workshop: codes wait their turn, and the page's list is replaced by the server's -------------------------------
function workshopTakes(form) {
  const waiting = [];
  let busy = false;

  const say = (text, kind) => {
    form.querySelector("#workshop-answer").textContent = text;
    if (kind) sound(kind);
  };
  const show = (page) => {
    for (const id of ["workshop-kept", "workshop-answer", "workshop-lines"]) {
      form.querySelector(`#${id}`).replaceChildren(...page.querySelector(`#${id}`).childNodes);
    }
    const answer = form.querySelector("#workshop-answer [data-kind]");
    if (answer) sound(answer.dataset.kind);
  };
  const ask = async (text) => {
    const body = new FormData(form);
    body.set("code", text);
    body.delete("photo");
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("#workshop-lines")) {
      form.elements.code.value = text; // signed out, or worse: the whole page says so
      form.submit();
      return false;
    }
    show(page);
    return true;
  };
  const work = async () => {
    if (busy) return;
    busy = true;
    form.dataset.busy = "yes";
    try {
      while (waiting.length && (await ask(waiting[0]))) waiting.shift();
    } catch {
      // No network: said, and the code that was not added is back in its field. Those after it were not read either.
      form.elements.code.value = waiting[0];
      say(form.dataset.offline.replace("%s", String(waiting.length)), "bad");
      waiting.length = 0;
    } finally {
      busy = false;
      delete form.dataset.busy;
    }
  };
  form.addEventListener("submit", (event) => {
    const adds = !event.submitter || event.submitter.name === "add";
    if (form.dataset.busy && !adds) {
      event.preventDefault(); // a voucher is on its way: the list would not hold it
      event.stopPropagation();
    }
    const typed = form.elements.code.value.trim();
    if (!adds || !typed) return;
    event.preventDefault();
    event.stopPropagation();
    form.elements.code.value = "";
    form.elements.code.focus();
    waiting.push(typed);
    work();
  });
  return (text) => {
    waiting.push(text);
    work();
  };
}

// --- the camera and the photo ------------------------------------------------------------------------------------------
function offerCamera(scan, take, { stays }) {
  const view = scan.querySelector("[data-view]");
  const open = scan.querySelector("[data-camera]");
  const said = scan.querySelector("[data-said]");
  let camera;
  const close = () => {
    camera?.stop();
    camera = undefined;
    view.hidden = true;
    open.hidden = false;
  };
  open.hidden = false;
  open.addEventListener("click", async () => {
    open.hidden = true;
    view.hidden = false;
    said.textContent = scan.dataset.looking;
    try {
      camera = await startCamera(
        view.querySelector("video"),
        (text) => {
          if (!stays) close();
          if (navigator.vibrate) navigator.vibrate(40);
          take(text);
        },
        stays ? {} : { onSeveral: () => { said.textContent = scan.dataset.several; } },
      );
      view.querySelector("[data-stop]").focus();
    } catch (fault) {
      close();
      said.textContent = scan.dataset[dataName(fault.code)] ?? scan.dataset.noCamera;
    }
  });
  view.querySelector("[data-stop]").addEventListener("click", () => {
    close();
    said.textContent = "";
    open.focus();
  });
  window.addEventListener("pagehide", close);
}

function offerPhoto(scan, take, { stays }) {
  const field = scan.querySelector("input[type=file]");
  const said = scan.querySelector("[data-said]");
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file) return;
    said.textContent = scan.dataset.reading;
    try {
      const found = await decodeFile(file);
      field.value = ""; // read here: the picture stays on the device
      said.textContent = found.length ? "" : scan.dataset.nothing;
      if (found.length > 1 && !stays) said.textContent = scan.dataset.several;
      else found.forEach(take);
    } catch (fault) {
      field.value = "";
      said.textContent = scan.dataset[dataName(fault.code)] ?? scan.dataset.notAnImage;
    }
  });
}

function dataName(code = "") {
  return code.replace(/-(\w)/g, (_all, letter) => letter.toUpperCase());
}

for (const form of document.querySelectorAll("form[data-till], form[data-workshop], form[data-others]")) {
  const stays = form.dataset.workshop !== undefined;
  const take = stays ? workshopTakes(form) : form.dataset.others === undefined ? tillTakes(form) : othersTake(form);
  attachWedge(take);
  const scan = form.querySelector("[data-scan]");
  if (!scan) continue;
  const isServed = Boolean(scan.dataset.module);
  if (isServed) useReader(new URL(scan.dataset.module, location).href, new URL(scan.dataset.wasm, location).href);
  if (!isServed && !("BarcodeDetector" in window)) continue; // nothing to read with: the photo is sent to the server
  if (CAN_SEE) offerCamera(scan, take, { stays });
  if (scan.querySelector("input[type=file]")) offerPhoto(scan, take, { stays });
}

// On a telephone the answer comes before the page's heading and its navigation.
if (matchMedia("(max-width: 30rem)").matches) document.querySelector(".result")?.scrollIntoView();
