import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { aggregateParts } from "../../core/usage/partial-records.ts";
import type { CallHalf, SwitchCall } from "../../core/usage/switch-call.ts";
import type { RowOutcome } from "../../mediation/decoder.ts";
import { callOf, pairHalves } from "../../mediation/pairing.ts";
import type { ArrivedRow } from "./arrived-row.ts";
import type { KeptPart } from "./part-store.ts";

/** A row that is part of a call, in the reading of today's settings. */
export interface ReadPart {
  readonly key: string;
  readonly raw: string;
  readonly line: number;
  readonly at: EpochMs;
  readonly content:
    | { readonly kind: "half"; readonly half: CallHalf }
    | { readonly kind: "partial"; readonly call: SwitchCall };
}

/** All parts there are of one call, and the call if it is whole. */
export interface Assembly {
  readonly key: string;
  readonly call: SwitchCall | null;
  readonly line: number;
  /** The rows that the call is made of; another INVITE or BYE of the same dialog adds nothing. */
  readonly used: ReadonlySet<string>;
}

/** The part that a row is; null for a row that stands for itself. */
export function partOf(outcome: RowOutcome, { raw, line }: Pick<ArrivedRow, "raw" | "line">): ReadPart | null {
  if (outcome.kind === "half")
    return { key: outcome.half.key, raw, line, at: outcome.half.at, content: { kind: "half", half: outcome.half } };
  if (outcome.kind !== "call" || outcome.call.part === null) return null;
  const { call } = outcome;
  return { key: JSON.stringify([call.key, call.leg]), raw, line, at: call.endedAt, content: { kind: "partial", call } };
}

/** Puts all parts of one call together, in any order; the same row twice is one part. */
export function assemble(key: string, parts: readonly ReadPart[]): Assembly {
  const distinct = [...new Map(parts.map((part) => [part.raw, part])).values()].sort((a, b) =>
    a.raw < b.raw ? -1 : 1,
  );
  const [first] = distinct;
  invariant(first, `call ${key} has parts`);
  return first.content.kind === "half" ? pair(key, distinct) : aggregate(key, distinct);
}

function pair(key: string, parts: readonly ReadPart[]): Assembly {
  const halves = new Map(parts.flatMap((part) => (part.content.kind === "half" ? [[part.content.half, part]] : [])));
  const dialog = pairHalves([...halves.keys()]);
  const used = [dialog.start, dialog.end].flatMap((half) => (half && halves.get(half)) ?? []);
  return { key, call: callOf(dialog) ?? null, line: used[0]?.line ?? 0, used: new Set(used.map((part) => part.raw)) };
}

function aggregate(key: string, parts: readonly ReadPart[]): Assembly {
  const whole = aggregateParts(parts.flatMap(({ content }) => (content.kind === "partial" ? [content.call] : [])));
  const call = whole.kind === "complete" ? whole.call : null;
  return { key, call, line: parts[0]?.line ?? 0, used: new Set(parts.map((part) => part.raw)) };
}

/** What `read` makes of a kept part; undefined when today's settings no longer see a part of this call in it. */
export function readKept(kept: KeptPart, read: (part: KeptPart) => RowOutcome | null): ReadPart | undefined {
  const outcome = read(kept);
  const part = outcome && partOf(outcome, kept);
  return part?.key === kept.callKey ? part : undefined;
}
