// The desk's comforts: a scanner that types in no field opens its booklet; what helps follows the answers by itself.
// The page works without this file: the number is typed, a button shows what helps.
import { attachWedge } from "../design/scanner.js";

const SOON_MS = 250; // two answers in a row ask once

const booklet = document.querySelector("form[data-booklet]");
if (booklet) {
  attachWedge((text) => {
    booklet.elements.serial.value = text;
    booklet.submit();
  });
}

const triage = document.querySelector("form[data-triage]");
if (triage) follow(triage);

function follow(form) {
  const shown = document.getElementById("proposal");
  const asked = form.querySelector("[data-propose]");
  let waiting;
  let onItsWay;

  const ask = async () => {
    onItsWay?.abort();
    onItsWay = new AbortController();
    const body = new FormData(form);
    body.set("propose", "1");
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: onItsWay.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const proposal = page.getElementById("proposal");
      if (!proposal) throw new Error("another page");
      show(proposal, page);
    } catch (fault) {
      if (fault.name === "AbortError") return;
      asked.hidden = false; // no network: the button asks again, with the whole page
    }
    shown.removeAttribute("aria-busy");
  };

  const show = (proposal, page) => {
    // The sentences change inside their own element, which stays: they are read aloud.
    document.getElementById("advice").replaceChildren(...page.getElementById("advice").childNodes);
    const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
    shown.replaceChildren(...proposal.childNodes);
    if (focused) document.getElementById(focused)?.focus();
    form.elements.suggested.value = page.querySelector("[name=suggested]").value;
  };

  asked.hidden = true;
  form.addEventListener("change", (event) => {
    if (["voucher_ids", "phone", "age_band", "area", "low_qualified_job_seeker", "came_before"].includes(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, SOON_MS);
  });
}
