import { normaliseCalled, normaliseCalling, techPrefixOf } from "../core/numbering/normalise-number.ts";
import type { Called, E164 } from "../core/numbering/number.ts";
import { compileNumberPlan, type NumberPlan, type NumberRules } from "../core/numbering/number-plan.ts";
import { routingNumberOf } from "../core/numbering/routing-number.ts";
import type { Reject } from "../core/reject.ts";
import type { Trunk } from "../core/tenancy/trunk.ts";
import { type DurationRule, talkedSeconds } from "../core/usage/duration-rule.ts";
import type { CallDirection, SwitchCall } from "../core/usage/switch-call.ts";
import type { UsageEvent } from "../core/usage/usage-event.ts";
import { checkCall, type SanitySettings } from "./sanity.ts";

/** What an operator sets for a source about the calls it reports, whatever their format. */
export interface SourceSettings {
  readonly numbers: NumberRules;
  readonly duration: DurationRule;
  /** Legs that are usage, as the format names them ("a"); null: all. The others are counted as non-billable. */
  readonly legs: readonly string[] | null;
  /** Directions that are usage; null: all. */
  readonly directions: readonly CallDirection[] | null;
}

/** {@link SourceSettings} made ready for the hot path. */
export interface SourceRules extends Omit<SourceSettings, "numbers"> {
  readonly numbers: NumberPlan;
  /** By name of the ingress trunk, where a trunk has its own. */
  readonly trunkNumbers: ReadonlyMap<string, NumberPlan>;
}

/** What a switch's call is to Tollwright. */
export type NormalisedCall =
  | { readonly kind: "event"; readonly event: UsageEvent }
  | { readonly kind: "non-billable"; readonly why: string }
  | { readonly kind: "reject"; readonly reject: Reject };

/**
 * Compiles the settings of the source `sourceId` with the number settings of its trunks; a trunk of that source goes
 * before one of any source. Errors: Problem `number-rules-invalid`.
 */
export function compileSourceRules(
  sourceId: string,
  { numbers, ...settings }: SourceSettings,
  trunks: readonly Trunk[],
): SourceRules {
  const trunkNumbers = new Map<string, NumberPlan>();
  for (const owner of [null, sourceId])
    for (const trunk of trunks)
      if (trunk.direction === "ingress" && trunk.sourceId === owner && trunk.numbers !== null)
        trunkNumbers.set(trunk.name, compileNumberPlan(trunk.numbers));
  return { ...settings, numbers: compileNumberPlan(numbers), trunkNumbers };
}

/**
 * Makes the canonical usage event of a whole call (parts aggregated, halves paired): clean numbers, talk time in whole
 * seconds, times that can be true. Errors: rejects of {@link checkCall}.
 */
export function normaliseCall(call: SwitchCall, rules: SourceRules, sanity: SanitySettings): NormalisedCall {
  const { legs, directions } = rules;
  if (legs !== null && !legs.includes(call.leg)) return { kind: "non-billable", why: `leg ${call.leg || "(none)"}` };
  if (directions !== null && !directions.includes(call.direction))
    return { kind: "non-billable", why: `${call.direction} leg` };
  const reject = checkCall(call, sanity);
  if (reject) return { kind: "reject", reject };
  return { kind: "event", event: toEvent(call, rules) };
}

function toEvent(call: SwitchCall, rules: SourceRules): UsageEvent {
  const ofTrunk = call.ingressTrunk === null ? undefined : rules.trunkNumbers.get(call.ingressTrunk);
  const plan = ofTrunk ?? rules.numbers;
  const called = call.consumed?.service === "data" ? ratingGroup(call.called) : normaliseCalled(call.called, plan);
  return {
    key: call.key,
    leg: call.leg,
    callId: call.callId,
    direction: call.direction,
    calling: normaliseCalling(call.calling, plan),
    called,
    routingNumber: called.kind === "e164" ? routingNumberOf(call, called.digits) : null,
    techPrefix: techPrefixOf(call.called, plan),
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    talkedMs: call.answeredAt === null ? 0 : call.talkedMs,
    talkedS: talkedSeconds(call, rules.duration),
    ...(call.consumed && { consumed: call.consumed }),
    accountCode: call.accountCode,
    sipUser: call.sipUser,
    sourceAddress: call.sourceAddress,
    ingressTrunk: call.ingressTrunk,
    egressTrunk: call.egressTrunk,
    cause: call.cause,
  };
}

/** A rating group stands where calls have a number, as its digits: tables of data tariffs look it up like one. */
const ratingGroup = (text: string): Called => ({ kind: "e164", digits: text as E164 });
