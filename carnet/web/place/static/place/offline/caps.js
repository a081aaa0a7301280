// How much may still be accepted before this device is back on the network. Its clock only measures how long it has been alone.
import { OfflineFault } from "./faults.js";

const HOUR_MS = 3_600_000;

// What is left: { count, cents, hours }. `now` in milliseconds of the device's clock; a clock put back does not give hours back.
export function left(device, waiting, now) {
  const reached = Math.max(now, device.highest ?? 0);
  const alone = Math.max(0, reached - device.seenAt) / HOUR_MS;
  return {
    count: device.caps.count - waiting.length,
    cents: device.caps.cents - waiting.reduce((sum, item) => sum + item.valueCents, 0),
    hours: device.caps.hours - alone,
  };
}

// Throws OfflineFault: "device-revoked", "cap-hours", "cap-count", "cap-cents".
export function check(device, waiting, valueCents, now) {
  if (device.revokedAt) throw new OfflineFault("device-revoked");
  const rest = left(device, waiting, now);
  if (rest.hours <= 0) throw new OfflineFault("cap-hours", { hours: device.caps.hours });
  if (rest.count < 1) throw new OfflineFault("cap-count", { count: device.caps.count });
  if (rest.cents < valueCents) throw new OfflineFault("cap-cents", { cents: device.caps.cents });
}

// Whether the end of acceptance may come before this device is back: said aloud, decided by the server alone.
export function endIsNear(device, acceptedUntil, now) {
  const serverNow = Date.parse(device.serverAt) + Math.max(0, now - device.seenAt);
  return Date.parse(acceptedUntil) - serverNow < device.caps.hours * HOUR_MS;
}
