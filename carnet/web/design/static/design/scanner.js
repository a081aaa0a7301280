// Reads codes: through the device's camera, from a photo, or from a scanner that types like a keyboard.
// Nothing here decides, keeps or sends anything: it hands over the text it read. The reader itself is asked for at the first picture only.

// Beside this file when nothing else is said (under /static/); the page says otherwise with useReader().
let where = {
  module: new URL("../packages/barcode-detector/ponyfill.js", import.meta.url).href,
  wasm: new URL("../packages/zxing-wasm/zxing_reader.wasm", import.meta.url).href,
};
const PHOTO_BYTES_MOST = 25 * 1024 * 1024;
const PHOTO_SIDE_MOST = 2400; // pixels; a telephone's photo is larger than any reader needs
const LOOK_EVERY_MS = 120;
const SAME_CODE_MS = 3000; // a code that stays in view is told once, then again when it comes back after this long
const WEDGE_GAP_MS = 500; // between two keys of a scanner, over slow Bluetooth too; keys typed nowhere can be nothing else
const WEDGE_LEAST = 12; // characters
const FIELDS = "input:not([type=radio]):not([type=checkbox]):not([type=submit]), textarea, select";

// What went wrong, for the page to say: "no-camera", "not-allowed", "no-reader", "not-an-image", "too-heavy".
export class ScanFault extends Error {
  constructor(code) { super(code); this.code = code; }
}

// Where the self-hosted reader is, for a page whose addresses carry a fingerprint.
export function useReader(module, wasm) {
  where = { module, wasm };
}

// --- the reader: the browser's own, else the one served here -----------------------------------------------------
let native; // a promise of a detector, or of null
let served;

function nativeDetector() {
  native ??= (async () => {
    if (!("BarcodeDetector" in globalThis)) return null;
    const formats = await globalThis.BarcodeDetector.getSupportedFormats().catch(() => []);
    return formats.includes("qr_code") ? new globalThis.BarcodeDetector({ formats: ["qr_code"] }) : null;
  })();
  return native;
}

function servedDetector() {
  served ??= (async () => {
    const { BarcodeDetector, prepareZXingModule } = await import(where.module);
    await prepareZXingModule({
      overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? where.wasm : prefix + path) },
      fireImmediately: true,
    });
    return new BarcodeDetector({ formats: ["qr_code"] });
  })().catch(() => {
    served = undefined; // the next try may have a network
    throw new ScanFault("no-reader");
  });
  return served;
}

async function ready() {
  return (await nativeDetector()) ?? servedDetector();
}

async function read(source) {
  const own = await nativeDetector();
  if (own) {
    try {
      return distinct(await own.detect(source));
    } catch (fault) {
      // Announced, and not there after all: some builds have the name without the service behind it.
      if (fault.name !== "NotSupportedError" && fault.name !== "UnknownError") throw fault;
      native = Promise.resolve(null);
    }
  }
  return distinct(await (await servedDetector()).detect(source));
}

function distinct(found) {
  return [...new Set(found.map((each) => each.rawValue).filter(Boolean))];
}

// --- the camera --------------------------------------------------------------------------------------------------
// Shows the camera in `video` and calls onCode(text) for each code seen. Several in one picture: onSeveral(texts) when given, else one by one.
// Returns { stop() }. Throws ScanFault.
export async function startCamera(video, onCode, { onSeveral } = {}) {
  if (!navigator.mediaDevices?.getUserMedia) throw new ScanFault("no-camera");
  const stream = await navigator.mediaDevices
    .getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } })
    .catch((fault) => { throw new ScanFault(fault.name === "NotAllowedError" ? "not-allowed" : "no-camera"); });
  let running = true;
  const stop = () => {
    running = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  try {
    video.srcObject = stream;
    await Promise.all([video.play(), ready()]);
  } catch (fault) {
    stop();
    throw fault instanceof ScanFault ? fault : new ScanFault("no-camera");
  }
  const told = new Map(); // text: when it was last in view
  const look = async () => {
    if (!running) return;
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !document.hidden) {
      const seen = await read(video).catch(() => []);
      if (running) tell(seen, told, onCode, onSeveral);
    }
    setTimeout(look, LOOK_EVERY_MS);
  };
  look();
  return { stop };
}

function tell(seen, told, onCode, onSeveral) {
  const now = performance.now();
  const fresh = seen.filter((text) => now - (told.get(text) ?? -Infinity) > SAME_CODE_MS);
  for (const text of seen) told.set(text, now);
  if (onSeveral && seen.length > 1) {
    if (fresh.length) onSeveral(seen);
  } else {
    for (const text of fresh) onCode(text);
  }
}

// --- a photo -----------------------------------------------------------------------------------------------------
// The texts of the codes in a picture: none, one or several. Throws ScanFault.
export async function decodeFile(file) {
  if (file.size > PHOTO_BYTES_MOST) throw new ScanFault("too-heavy");
  const whole = await createImageBitmap(file).catch(() => { throw new ScanFault("not-an-image"); });
  try {
    const found = await read(whole);
    return found.length || Math.max(whole.width, whole.height) <= PHOTO_SIDE_MOST ? found : await readSmaller(whole);
  } catch (fault) {
    throw fault instanceof ScanFault ? fault : new ScanFault("not-an-image");
  } finally {
    whole.close();
  }
}

// A large photo out of focus is sometimes read once it is smaller.
async function readSmaller(whole) {
  const scale = PHOTO_SIDE_MOST / 2 / Math.max(whole.width, whole.height);
  const options = { resizeWidth: Math.round(whole.width * scale), resizeHeight: Math.round(whole.height * scale), resizeQuality: "medium" };
  const smaller = await createImageBitmap(whole, options);
  try {
    return await read(smaller);
  } finally {
    smaller.close();
  }
}

// --- a scanner plugged in as a keyboard ----------------------------------------------------------------------------
// Listens on `target` (the document) for a run of keys typed in no field, ended by Enter or Tab, and calls onCode(text). Keys typed in a field
// are left to the field; when it gets the cursor in the middle of a run (a page that has just opened), it gets the run's beginning too.
// Returns a function that stops listening.
export function attachWedge(onCode, target = document) {
  let keys = "";
  let last = 0;
  const listen = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const now = performance.now();
    if (event.target.matches?.(FIELDS)) {
      if (keys && now - last <= WEDGE_GAP_MS && event.target.value === "") event.target.setRangeText?.(keys, 0, 0, "end");
      keys = "";
      return;
    }
    if (now - last > WEDGE_GAP_MS) keys = "";
    last = now;
    if (event.key.length === 1) {
      keys += event.key;
    } else if (event.key === "Enter" || event.key === "Tab") {
      const text = keys;
      keys = "";
      if (text.length < WEDGE_LEAST) return;
      event.preventDefault(); // Enter would press the button that has the focus
      onCode(untangled(text));
    }
  };
  target.addEventListener("keydown", listen, true);
  return () => target.removeEventListener("keydown", listen, true);
}

// A scanner set for an American keyboard, plugged into a French one, types the keys of the same places. carnet/web/design/wedge.py says the
// same for what is sent to the server; a test compares them.
const TOP_ROWS = ["&é\"'(-è_çà", "&é\"'(§è!çà"]; // France; Belgium and Macintosh
const STARTS = [/^HTTPS?M!!/i, /^HTTPS?M==/i];
const SERIAL = /^[A-Z][A-Z0-9]{1,3}-?C?[0-9]{8,9}-?[0-9]{2}$/; // the number of a booklet or of a voucher
const MOVED = { A: "Q", Q: "A", Z: "W", W: "Z", "?": "M", ",": "M", M: ":", ":": ".", ")": "-" };

export function untangled(text) {
  const typed = text.trim();
  const digits = TOP_ROWS.find((row) => [...typed].every((key) => key === " " || row.includes(key)));
  if (typed && digits) return [...typed].map((key) => (key === " " ? key : digit(digits, key))).join("");
  const layout = STARTS.findIndex((start) => start.test(typed));
  return layout < 0 ? serial(typed) : [...typed].map((key) => moved(key, layout)).join("");
}

function serial(typed) {
  if (SERIAL.test(typed.toUpperCase())) return typed;
  for (const row of TOP_ROWS) {
    const meant = [...typed].map((key) => (row.includes(key) ? digit(row, key) : MOVED[key.toUpperCase()] ?? key.toUpperCase())).join("");
    if (SERIAL.test(meant)) return meant;
  }
  return typed;
}

function digit(row, key) {
  return String((row.indexOf(key) + 1) % 10);
}

function moved(key, layout) {
  if (key === "!=".charAt(layout)) return "/";
  if (TOP_ROWS[layout].includes(key)) return digit(TOP_ROWS[layout], key);
  return MOVED[key.toUpperCase()] ?? key.toUpperCase();
}
