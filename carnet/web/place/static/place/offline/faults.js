// Why something cannot be done on this device; the page has the words.
export class OfflineFault extends Error {
  constructor(code, facts = {}) { super(code); this.code = code; this.facts = facts; }
}
