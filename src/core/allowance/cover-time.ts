import type { OpenBucket, Taken } from "./draw.ts";

/** What allowances of units and calls take of a call, from its first billed second (or octet, or message) on. */
export interface Cover {
  readonly coveredS: number;
  /** Whether a call that is covered whole still pays its connection fee: one of the allowances says so. */
  readonly paysConnectFee: boolean;
  /** Whether a call that is covered whole owes no surcharges: all of the allowances say so. */
  readonly waivesSurcharges: boolean;
  readonly taken: readonly CoveredBy[];
}

interface CoveredBy extends Taken {
  readonly seconds: number;
}

/** Covers billed seconds by buckets in turn: seconds as far as they go, and one call for all that is left. */
export function coverTime(buckets: readonly OpenBucket[], billedS: number): Cover {
  const taken: CoveredBy[] = [];
  let coveredS = 0;
  for (const from of buckets) {
    const missingS = billedS - coveredS;
    if (missingS === 0) break;
    if (from.allowance.unit === "amount") continue;
    const seconds = from.allowance.unit === "calls" ? missingS : Number(smaller(from.bucket.left, BigInt(missingS)));
    taken.push({ from, seconds, quantity: from.allowance.unit === "calls" ? 1n : BigInt(seconds) });
    coveredS += seconds;
  }
  return {
    ...{ coveredS, taken },
    paysConnectFee: taken.some(({ from }) => from.allowance.paysConnectFee),
    waivesSurcharges: taken.every(({ from }) => from.allowance.waivesSurcharges === true),
  };
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
