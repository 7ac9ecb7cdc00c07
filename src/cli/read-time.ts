import type { EpochMs } from "../core/time/epoch.ts";
import { parseInstant } from "../core/time/instant-text.ts";
import { commandLineInvalid } from "./failure.ts";

/** How help describes a time. */
export const TIME_FORM = 'a date (in the tenant\'s zone), or a time with its offset such as "2026-03-01T08:00:00Z"';

/**
 * A time as it was typed for an option of `command`.
 *
 * @throws Problem `command-line-invalid`.
 */
export function readTime(text: string, zone: string, command: string): EpochMs {
  const at = parseInstant(text, zone);
  if (at === undefined) throw commandLineInvalid({ what: `"${text}" is no time: give ${TIME_FORM}.`, command });
  return at;
}
