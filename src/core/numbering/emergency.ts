import type { Called } from "./number.ts";

/** Emergency numbers of Europe and of North America: ETSI EN 301 549 / 2002/22/EC, and 47 CFR § 9.4. */
export const EMERGENCY_NUMBERS: readonly string[] = ["112", "911"];

/** Whether a call goes to one of these numbers: as it was dialled, never as the beginning of an E.164 number. */
export function isEmergency(called: Called, numbers: ReadonlySet<string>): boolean {
  if (called.kind === "short-code") return numbers.has(called.digits);
  return called.kind === "other" && numbers.has(called.text);
}
