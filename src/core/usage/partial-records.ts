import { invariant } from "../invariant.ts";
import type { SwitchCall } from "./switch-call.ts";

/** Parts of one call put together: a call once the last part and all before it are there, open until then. */
export type Aggregate =
  | { readonly kind: "complete"; readonly call: SwitchCall }
  /**
   * `missing`: the first sequence number that is not there; the one after the newest while only the last is
   * awaited.
   */
  | { readonly kind: "open"; readonly missing: number };

/**
 * One call of the parts that a switch wrote while it was up; each part tells its own time only, so talk times add up.
 * Sequences count from 0 or 1 without gaps. The order of `parts` is irrelevant, and a part that came twice counts once.
 */
export function aggregateParts(parts: readonly SwitchCall[]): Aggregate {
  const bySequence = new Map<number, SwitchCall>();
  for (const call of parts) {
    invariant(call.part && call.key === parts[0]?.key && call.leg === parts[0].leg, "parts of one key and leg");
    const twin = bySequence.get(call.part.sequence);
    if (!twin || compareTwins(call, twin) < 0) bySequence.set(call.part.sequence, call);
  }
  const sequence = bySequence.has(0) ? 0 : 1;
  const ordered: SwitchCall[] = [];
  for (let next = sequence; ; next++) {
    const call = bySequence.get(next);
    if (!call) return { kind: "open", missing: next };
    ordered.push(call);
    if (call.part?.last) return { kind: "complete", call: join(ordered) };
  }
}

function join(parts: readonly SwitchCall[]): SwitchCall {
  const [first] = parts as readonly [SwitchCall, ...SwitchCall[]];
  const last = parts.at(-1) ?? first;
  return {
    ...first,
    answeredAt: parts.find((call) => call.answeredAt !== null)?.answeredAt ?? null,
    endedAt: last.endedAt,
    talkedMs: parts.reduce((sum, { talkedMs }) => sum + talkedMs, 0),
    reportedS: parts.reduce<number | null>(
      (sum, { reportedS }) => (sum === null || reportedS === null ? null : sum + reportedS),
      0,
    ),
    ...(first.consumed && { consumed: { ...first.consumed, quantity: sumOf(parts) } }),
    cause: last.cause,
    part: null,
  };
}

/** Octets of all parts: each tells its own only. */
const sumOf = (parts: readonly SwitchCall[]): number =>
  parts.reduce((sum, { consumed }) => sum + (consumed?.quantity ?? 0), 0);

/** Which of two records of one sequence number counts, whatever their order: the one that reaches further. */
const compareTwins = (a: SwitchCall, b: SwitchCall): number =>
  b.endedAt - a.endedAt || b.talkedMs - a.talkedMs || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
