import { invariant } from "../invariant.ts";
import type { SwitchCall } from "./switch-call.ts";

export const DURATION_RULES = ["reported-seconds", "measured-up", "measured-half-up", "measured-down"] as const;
/**
 * How whole seconds of talk time are made of what a switch measured; rating takes the result.
 * - `reported-seconds`: the switch's own whole seconds; where it has none, measured and rounded up.
 * - `measured-up`, `measured-half-up`, `measured-down`: from milliseconds; 67.540 s is 68, 68 and 67.
 *
 * Source: docs/concepts/usage.md.
 */
export type DurationRule = (typeof DURATION_RULES)[number];

/** Talk time in whole seconds; 0 for a call that was not answered, whatever the switch says. */
export function talkedSeconds(
  { answeredAt, talkedMs, reportedS }: Pick<SwitchCall, "answeredAt" | "talkedMs" | "reportedS">,
  rule: DurationRule,
): number {
  invariant(talkedMs >= 0 && (reportedS === null || reportedS >= 0), "talk time is checked before it is rounded");
  if (answeredAt === null) return 0;
  switch (rule) {
    case "reported-seconds":
      return reportedS ?? Math.ceil(talkedMs / 1_000);
    case "measured-up":
      return Math.ceil(talkedMs / 1_000);
    case "measured-half-up":
      return Math.floor((talkedMs + 500) / 1_000);
    case "measured-down":
      return Math.floor(talkedMs / 1_000);
    default:
      return rule satisfies never;
  }
}
