import { allowedGapMs } from "../../core/completeness/usual-gap.ts";
import { counted } from "../../core/counted.ts";
import { DAY_MS } from "../../core/time/civil-day.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { Source } from "../mediation/source.ts";
import type { Contact } from "./arrival-store.ts";
import type { Finding } from "./finding.ts";

const MINUTE_MS = 60_000;
/** How long a source may take to its first sign of life: one that is set up on a Friday is not missed on Monday. */
const FIRST_SIGN_MS = 3 * DAY_MS;

/** How a source keeps in touch. */
export interface Silence {
  /** When it was last heard of; null: never. */
  readonly lastAt: EpochMs | null;
  /** From when on it is silent: then, or since it was set up. */
  readonly since: EpochMs;
  /** How long it may be silent; null: not known, or never looked at. */
  readonly allowedMs: number | null;
}

/** Since when the source is silent, and how long it may be. `signs` are those that tell of its habits. */
export function silenceOf({ config }: Source, { createdAt, lastAt }: Contact, signs: readonly EpochMs[]): Silence {
  const { silentAfterMinutes } = config.completeness;
  const since = lastAt ?? createdAt;
  if (silentAfterMinutes === 0) return { lastAt, since, allowedMs: null };
  if (silentAfterMinutes !== null) return { lastAt, since, allowedMs: silentAfterMinutes * MINUTE_MS };
  return { lastAt, since, allowedMs: lastAt === null ? FIRST_SIGN_MS : allowedGapMs(signs, config.timeZone) };
}

/** A source that has been silent for longer than it may. */
export function findSilence(source: Source, { lastAt, since, allowedMs }: Silence, now: EpochMs): readonly Finding[] {
  if (allowedMs === null || now - since <= allowedMs) return [];
  const sinceText = toInstant(since).toString({ smallestUnit: "second" });
  const isLearned = lastAt !== null && source.config.completeness.silentAfterMinutes === null;
  const basis = isLearned ? "it usually is not silent for" : "it should not be silent for";
  return [
    {
      kind: "source-silent",
      sourceId: source.id,
      source: source.name,
      subject: lastAt === null ? "never heard" : sinceText,
      at: since,
      what:
        `Nothing has come from ${source.name} since ${lastAt === null ? "it was set up on " : ""}${sinceText}; ` +
        `${basis} more than ${durationText(allowedMs)}.`,
      fix: "Look whether the switch runs and can deliver; set completeness.silentAfterMinutes if this is usual.",
      count: null,
    },
  ];
}

function durationText(ms: number): string {
  const minutes = Math.ceil(ms / MINUTE_MS);
  return minutes < 120 ? counted(minutes, "minute") : counted(Math.floor(minutes / 60), "hour");
}
