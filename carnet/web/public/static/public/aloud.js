// Read a page aloud with the voice of the device, when the device has one. Nothing is sent anywhere, and nothing needs this file.
(() => {
  "use strict";
  const block = document.querySelector("[data-aloud]");
  if (!block) return;
  const start = block.querySelector("[data-aloud-start]");
  const stop = block.querySelector("[data-aloud-stop]");
  const says = block.querySelector("[data-aloud-says]");
  const voice = window.speechSynthesis;
  const language = block.dataset.language;
  const READ = "h1, h2, h3, h4, p, li, label, legend, dt, dd, td, th";
  const PATIENCE = 2500; // milliseconds a device is given to find its voices, then to begin
  let reading = 0; // each reading has its own number: what an earlier one says late is not listened to
  block.hidden = false;

  // What is read: the words of the page, without the menus, without what is drawn, without a block inside another read before.
  function sentences() {
    const told = [];
    for (const part of document.querySelectorAll("[data-aloud-text]")) {
      for (const each of part.querySelectorAll(READ)) {
        if (each.closest("[data-aloud-skip], [hidden], [aria-hidden=true]") || each.querySelector(READ) || !each.getClientRects().length) continue;
        const text = each.innerText.replace(/\s+/g, " ").trim();
        if (text) told.push(text);
      }
    }
    return told;
  }

  function ours() {
    return voice.getVoices().filter((each) => each.lang.replace("_", "-").toLowerCase().startsWith(language));
  }

  // Some devices give their voices late.
  function voices() {
    return new Promise((found) => {
      if (voice.getVoices().length) { found(ours()); return; }
      const late = setTimeout(() => found(ours()), PATIENCE);
      voice.addEventListener("voiceschanged", () => { clearTimeout(late); found(ours()); }, { once: true });
    });
  }

  function show(isReading, text) {
    const focused = block.contains(document.activeElement);
    start.hidden = isReading;
    stop.hidden = !isReading;
    if (focused) (isReading ? stop : start).focus();
    says.textContent = text;
  }

  function end(text) {
    reading += 1;
    if (voice) voice.cancel();
    show(false, text);
  }

  async function read() {
    if (!voice || !window.SpeechSynthesisUtterance) { show(false, block.dataset.none); return; }
    reading += 1;
    const mine = reading;
    voice.cancel();
    show(true, block.dataset.waiting);
    const known = await voices();
    if (mine !== reading) return;
    if (!known.length) { end(block.dataset.none); return; }
    const told = sentences();
    const silent = setTimeout(() => { if (mine === reading) end(block.dataset.none); }, PATIENCE);
    told.forEach((text, rank) => {
      const said = new SpeechSynthesisUtterance(text);
      said.lang = language;
      said.voice = known.find((each) => each.localService) || known[0];
      said.rate = 0.9;
      said.addEventListener("start", () => { if (mine === reading) { clearTimeout(silent); says.textContent = block.dataset.reading; } });
      said.addEventListener("error", () => { clearTimeout(silent); if (mine === reading) end(block.dataset.none); });
      if (rank === told.length - 1) said.addEventListener("end", () => { if (mine === reading) end(block.dataset.done); });
      voice.speak(said);
    });
  }

  start.addEventListener("click", read);
  stop.addEventListener("click", () => end(block.dataset.stopped));
  window.addEventListener("pagehide", () => { if (voice) voice.cancel(); });
})();
