import type { EpochMs } from "../../core/time/epoch.ts";
import type { DecoderSettings, SwitchFormat } from "../../mediation/decoder.ts";
import { compileSourceRules } from "../../mediation/normalise.ts";
import { formatNamed } from "../../mediation/registry.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import type { Desk } from "./prepare-call.ts";
import { formatUnknown } from "./problems.ts";
import type { Source } from "./source.ts";

/** A source made ready to read records that were received at one time. */
export interface OpenedSource {
  readonly format: SwitchFormat;
  readonly settings: DecoderSettings;
  readonly desk: Desk;
}

/** Errors: Problems `format-unknown`, `number-rules-invalid`. */
export function openSource(source: Source, rating: RatingContext, receivedAt: EpochMs): OpenedSource {
  const format = formatNamed(source.format);
  if (format === undefined) throw formatUnknown({ source: source.name, format: source.format });
  const { timeZone, fold, mapping, futureToleranceS, driftToleranceS, endsLastLine } = source.config;
  const { numbers, duration, legs, directions } = source.config;
  return {
    format,
    settings: { timeZone, fold, mapping, receivedAt, futureToleranceS, driftToleranceS, isWhole: !endsLastLine },
    desk: {
      tenantId: source.tenantId,
      sourceId: source.id,
      rules: compileSourceRules(source.id, { numbers, duration, legs, directions }, rating.trunks),
      sanity: { receivedAt, futureToleranceS, driftToleranceS },
      rating,
    },
  };
}
