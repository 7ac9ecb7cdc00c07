import type { ChargePartJson } from "../../core/allowance/charge-part.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanosToSql } from "../../core/money/nanos.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { Consumed } from "../../core/usage/service-units.ts";

/** A stored call with what it costs every side, as it stands now. */
export interface StoredCallView {
  readonly id: string;
  readonly source: string;
  /** The switch's own key and leg, and the id that ties the legs of one call. */
  readonly key: string;
  readonly leg: string;
  readonly callId: string | null;
  readonly direction: string;
  /** Numbers as they are stored: E.164 digits, or "=" and anything else. */
  readonly from: string;
  readonly to: string;
  /** Where a ported number is routed to (LRN), as the record says; null: it does not. */
  readonly routingNumber: string | null;
  readonly startedAt: EpochMs;
  readonly answeredAt: EpochMs | null;
  readonly endedAt: EpochMs;
  readonly talkedS: number;
  /** What was used where it is no call, and how much of it; left out: a call. Charges bill its units then. */
  readonly service?: Consumed["service"];
  readonly quantity?: number;
  readonly account: string;
  readonly vendor: string | null;
  readonly ingressTrunk: string | null;
  readonly egressTrunk: string | null;
  readonly q850: number | null;
  readonly sip: number | null;
  readonly causeText: string | null;
  /** Where the record came from: the file (or day of pushes) and the line. */
  readonly file: string | null;
  readonly line: number;
  readonly charges: readonly CallCharge[];
}

/** What one party is charged, or owed, for a call: the net of its entries. */
export interface CallCharge {
  readonly side: "customer" | "reseller" | "cost";
  readonly account: string;
  readonly amount: Nanos;
  readonly currency: Currency;
  readonly billedS: number;
  readonly destination: string;
  readonly prefix: string;
}

/** One entry of the sub-ledger: a charge, or what took one back. */
export interface EntryView {
  readonly entryNo: number;
  /** The entry that this one takes back; null: it is a charge. */
  readonly reversesEntryNo: number | null;
  readonly side: string;
  readonly account: string;
  readonly amount: Nanos;
  readonly currency: Currency;
  /** Set where the tariff's currency is another. */
  readonly tariffAmount: Nanos | null;
  readonly tariffCurrency: Currency | null;
  readonly exchangeRate: string | null;
  readonly tariff: string;
  readonly tariffEpoch: string;
  readonly prefix: string;
  readonly destination: string;
  readonly rate: string | null;
  readonly connectFee: string | null;
  /** What allowances, tiers and surcharges had to do with it; null: nothing. */
  readonly parts: readonly ChargePartJson[] | null;
  readonly billedS: number;
  readonly bookedAt: EpochMs;
  readonly batchId: string;
}

/** A reading of the record that a later one replaced. */
export interface EarlierReading {
  readonly revision: number;
  readonly replacedAt: EpochMs;
  readonly bookId: string;
  readonly answeredAt: EpochMs | null;
  readonly called: string;
  readonly talkedS: number;
}

/** What the account that pays is charged; undefined: nothing. */
export const payersCharge = ({ charges, account }: StoredCallView): CallCharge | undefined =>
  charges.find((charge) => charge.side !== "cost" && charge.account === account);

/** What the vendor is owed; undefined: nothing. */
export const vendorsCharge = ({ charges }: StoredCallView): CallCharge | undefined =>
  charges.find(({ side }) => side === "cost");

/** The call as JSON carries it: times in UTC, amounts as decimal strings. */
export const callJson = ({ startedAt, answeredAt, endedAt, charges, ...rest }: StoredCallView): object => ({
  ...rest,
  startedAt: toInstant(startedAt).toString(),
  answeredAt: answeredAt === null ? null : toInstant(answeredAt).toString(),
  endedAt: toInstant(endedAt).toString(),
  charges: charges.map((charge) => ({ ...charge, amount: nanosToSql(charge.amount) })),
});
