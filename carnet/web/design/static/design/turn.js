// A turn ends by itself. While somebody types, the server is told now and then; a minute before the end, the page says so.
const band = document.querySelector("[data-turn]");
if (band) {
  const minutes = Number(band.dataset.turn);
  const notice = band.querySelector("[data-turn-ends]");
  let gesture = Date.now();
  let told = Date.now();
  const over = () => location.assign(`${band.dataset.over}?next=${encodeURIComponent(location.pathname)}`);
  const ask = async () => {
    told = Date.now();
    try {
      const answer = await fetch(band.dataset.here, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
      if (answer.status === 205) over();
    } catch {
      // No network for a moment: the server decides at the next page.
    }
  };
  for (const kind of ["pointerdown", "keydown", "input"]) {
    document.addEventListener(kind, () => { gesture = Date.now(); notice.hidden = true; }, { passive: true });
  }
  setInterval(() => {
    const idle = Date.now() - gesture;
    if (idle >= minutes * 60000) over();
    else if (gesture > told && Date.now() - told >= 30000) ask();
    notice.hidden = minutes < 2 || idle < (minutes - 1) * 60000;
  }, 5000);
}
