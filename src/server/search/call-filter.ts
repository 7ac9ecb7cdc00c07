import type { Nanos } from "../../core/money/nanos.ts";
import type { NumberPattern } from "../../core/numbering/number-pattern.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";

/** Which stored calls are looked for: those of a time that meet everything that is given. */
export interface CallFilter {
  /** Time of the start of the call, from `from` up to but not including `until`. */
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** This one alone. */
  readonly id?: string;
  /** Of these accounts: as the one that pays, or as the vendor. `bookId` is the book of a payer's calls. */
  readonly payers?: { readonly bookId: string; readonly accountIds: readonly string[] };
  readonly vendorAccountId?: string;
  readonly sourceId?: string;
  readonly calling?: NumberPattern;
  readonly called?: NumberPattern;
  /** Of either side. */
  readonly number?: NumberPattern;
  /** Of either direction, by its name. */
  readonly trunk?: string;
  readonly cause?: CauseFilter;
  readonly answered?: boolean;
  readonly service?: Service;
  /** Seconds talked, both ends included. */
  readonly talkedS?: { readonly min: number | null; readonly max: number | null };
  /** What the payer is charged, both ends included; a call without a charge costs nothing. */
  readonly cost?: { readonly min: Nanos | null; readonly max: Nanos | null };
}

/** A Q.850 cause (1 to 127) or a SIP status (from 100 on), both where they meet; or the switch's own word. */
export type CauseFilter =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly value: string };

/** Where a list of calls goes on: after this one. */
export interface CallPosition {
  readonly startedAt: EpochMs;
  readonly id: string;
}

/** Whether an index leads to the calls, so that a long time may be looked through at once. */
export const isIndexed = (filter: CallFilter): boolean => filter.payers !== undefined || hasIndexedNumber(filter);

/** Whether a number, or its beginning, is given, which an index leads to. */
export const hasIndexedNumber = ({ calling, called, number }: CallFilter): boolean =>
  [calling, called, number].some((pattern) => pattern !== undefined && pattern.kind !== "contains");
