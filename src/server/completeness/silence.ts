import { allowedGapMs } from "../../core/completeness/usual-gap.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { Source } from "../mediation/source.ts";
import type { Finding } from "./finding.ts";

const MINUTE_MS = 60_000;

/** How a source keeps in touch. */
export interface Silence {
  readonly lastAt: EpochMs | null;
  /** How long it may be silent; null: not known, or never looked at. */
  readonly allowedMs: number | null;
}

/** When the source was last heard of, and how long it may be silent from then on. */
export function silenceOf({ config }: Source, signs: readonly EpochMs[]): Silence {
  const { silentAfterMinutes } = config.completeness;
  const lastAt = signs.at(-1) ?? null;
  if (silentAfterMinutes === 0) return { lastAt, allowedMs: null };
  const allowedMs = silentAfterMinutes === null ? allowedGapMs(signs, config.timeZone) : silentAfterMinutes * MINUTE_MS;
  return { lastAt, allowedMs };
}

/** A source that has been silent for longer than it may. */
export function findSilence(source: Source, { lastAt, allowedMs }: Silence, now: EpochMs): readonly Finding[] {
  if (lastAt === null || allowedMs === null || now - lastAt <= allowedMs) return [];
  const since = toInstant(lastAt).toString({ smallestUnit: "second" });
  const basis =
    source.config.completeness.silentAfterMinutes === null ? "it usually is not silent for" : "it may be silent for";
  return [
    {
      kind: "source-silent",
      sourceId: source.id,
      source: source.name,
      subject: since,
      at: lastAt,
      what: `Nothing has come from ${source.name} since ${since}; ${basis} more than ${durationText(allowedMs)}.`,
      fix: "Look whether the switch runs and can deliver; set completeness.silentAfterMinutes if this is usual.",
      count: null,
    },
  ];
}

function durationText(ms: number): string {
  const minutes = Math.ceil(ms / MINUTE_MS);
  return minutes < 120 ? `${minutes} ${minutes === 1 ? "minute" : "minutes"}` : `${Math.floor(minutes / 60)} hours`;
}
