import type { Brand } from "../brand.ts";

/**
 * An instant as whole milliseconds since 1970-01-01T00:00Z. The hot paths (mediation, rating) carry instants so;
 * everything else uses `Temporal.Instant`. These two functions are the doors between them.
 */
export type EpochMs = Brand<number, "EpochMs">;

export const epochMs = (value: number): EpochMs => value as EpochMs;
export const toInstant = (at: EpochMs): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(at);
export const fromInstant = (instant: Temporal.Instant): EpochMs => instant.epochMilliseconds as EpochMs;
