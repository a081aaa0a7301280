// Small comforts. Every page works without this file; nothing here decides anything.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("has-js");

  // One click is one request: the second click of a double click does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.repeat !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
  });
  // Coming back with the browser's arrow gives the form back.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print], [data-copy]");
    if (!button) return;
    if (button.dataset.print !== undefined) window.print();
    if (button.dataset.copy !== undefined && navigator.clipboard) {
      navigator.clipboard.writeText(button.dataset.copy).then(() => {
        const said = document.getElementById(button.dataset.says);
        if (said) said.textContent = said.dataset.text;
      });
    }
  });

  // On a telephone the entries of the navigation open and close; the style sheet says when the switch shows.
  const menu = document.querySelector("[data-menu]");
  if (menu) menu.addEventListener("click", () => menu.setAttribute("aria-expanded", String(menu.getAttribute("aria-expanded") !== "true")));

  // A folded part of the navigation closes when one leaves it, by the mouse or by Escape.
  const close = (except) => document.querySelectorAll(".menu-group[open]").forEach((group) => { if (group !== except) group.open = false; });
  document.addEventListener("click", (event) => close(event.target.closest(".menu-group")));
  document.addEventListener("keydown", (event) => {
    const group = event.key === "Escape" && document.querySelector(".menu-group[open]");
    if (group) { group.open = false; group.querySelector("summary").focus(); }
  });

  // A table wider than its place is scrolled with the keyboard too: it takes the focus, and says which table it is.
  const widths = new ResizeObserver((seen) => {
    for (const { target } of seen) {
      if (target.scrollWidth > target.clientWidth) {
        target.tabIndex = 0;
        const caption = target.querySelector("caption");
        if (caption) for (const [name, value] of [["role", "region"], ["aria-label", caption.textContent.trim()]]) target.setAttribute(name, value);
      } else for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
    }
  });
  for (const table of document.querySelectorAll(".table-wrap")) widths.observe(table);

  // After a refusal the reader's attention goes to what must be mended; after a result, to the result.
  const first = document.querySelector("[data-focus-first]");
  if (first) first.focus();

  // A short sound at the counter, for those who asked for it on this device; never the only sign of anything.
  function play(kind) {
    if (window.localStorage.getItem("carnet-sound") !== "on" || !window.AudioContext) return;
    const audio = new AudioContext();
    const notes = { good: [660, 880], known: [660] }[kind] ?? [220, 196];
    notes.forEach((pitch, rank) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      volume.gain.value = 0.15;
      tone.frequency.value = pitch;
      tone.connect(volume).connect(audio.destination);
      tone.start(audio.currentTime + rank * 0.14);
      tone.stop(audio.currentTime + rank * 0.14 + 0.12);
    });
    if (navigator.vibrate) navigator.vibrate(kind === "bad" ? [80, 60, 80] : 80);
  }
  const result = document.querySelector("[data-sound]");
  if (result) play(result.dataset.sound);
  // A script of a page that answers without loading another asks for the sound by name: "good", "known" or "bad".
  document.addEventListener("carnet:sound", (event) => play(event.detail));
  const sound = document.querySelector("[data-sound-switch]");
  if (sound) {
    sound.checked = window.localStorage.getItem("carnet-sound") === "on";
    sound.addEventListener("change", () => {
      window.localStorage.setItem("carnet-sound", sound.checked ? "on" : "off");
      play("good"); // to hear what was just asked for
    });
  }
})();
