import { type EpochMs, epochMs } from "../../core/time/epoch.ts";

const MS_PER_UNIT = { s: 1_000, ms: 1 } as const;

/**
 * An instant as a configuration of Kamailio gives it: seconds since 1970 (`$TS`), with a fraction or without, or
 * RFC 3339. null for "0", which stands for never, and for what is no instant.
 */
export function instantOf(text: string | null): EpochMs | null {
  if (text === null || text === "0") return null;
  const seconds = decimalMs(text, "s");
  if (seconds !== null) return epochMs(seconds);
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/.test(text)) return null;
  try {
    return epochMs(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    return null;
  }
}

/** A usage in milliseconds: "6", "6.25" and "6s" are seconds, "6250ms" is what it says; null for anything else. */
export function usageMs(text: string | null): number | null {
  const [, value, unit = "s"] = /^([\d.]{1,32}?)(s|ms)?$/.exec(text ?? "") ?? [];
  return value === undefined ? null : decimalMs(value, unit as keyof typeof MS_PER_UNIT);
}

/** Digits with a fraction or without; what is less than a millisecond is cut off. */
function decimalMs(text: string, unit: keyof typeof MS_PER_UNIT): number | null {
  const [, whole, fraction = ""] = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const perUnit = MS_PER_UNIT[unit];
  return Number(whole) * perUnit + (perUnit === 1_000 ? Number(fraction.padEnd(3, "0").slice(0, 3)) : 0);
}
