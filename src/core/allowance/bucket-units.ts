import type { EpochMs } from "../time/epoch.ts";
import { NEVER } from "./cycle.ts";

/** Units of one bucket of an allowance: what a call takes of it, or a session holds. */
export interface BucketUnits {
  /** The allowance's key. */
  readonly key: string;
  /** The bucket's; Infinity: it never does. */
  readonly expiresAt: EpochMs;
  /** Whole seconds, messages, octets or calls, or nanos, by the allowance's unit; above 0. */
  readonly quantity: bigint;
}

export const NO_UNITS: readonly BucketUnits[] = [];

/** Units as JSON carries them; null: never. */
export interface BucketUnitsJson {
  readonly key: string;
  readonly expiresAt: number | null;
  readonly quantity: string;
}

export const bucketUnitsToJson = (units: readonly BucketUnits[]): readonly BucketUnitsJson[] =>
  units.map(({ key, expiresAt, quantity }) => {
    return { key, expiresAt: expiresAt === NEVER ? null : expiresAt, quantity: quantity.toString() };
  });

/** Reads what {@link bucketUnitsToJson} made. */
export const bucketUnitsFromJson = (units: readonly BucketUnitsJson[]): readonly BucketUnits[] =>
  units.map(({ key, expiresAt, quantity }) => {
    return { key, expiresAt: (expiresAt ?? NEVER) as EpochMs, quantity: BigInt(quantity) };
  });

const sameBucket = (a: BucketUnits, b: BucketUnits): boolean => a.key === b.key && a.expiresAt === b.expiresAt;

/** How many units of a bucket there are among others. */
export const unitsOf = (units: readonly BucketUnits[], bucket: Pick<BucketUnits, "key" | "expiresAt">): bigint =>
  units.find(({ key, expiresAt }) => key === bucket.key && expiresAt === bucket.expiresAt)?.quantity ?? 0n;

/** Both together, bucket by bucket. */
export function addUnits(sums: readonly BucketUnits[], more: readonly BucketUnits[]): readonly BucketUnits[] {
  if (more.length === 0) return sums;
  return [
    ...sums.map((one) => ({ ...one, quantity: one.quantity + unitsOf(more, one) })),
    ...more.filter((one) => !sums.some((sum) => sameBucket(sum, one))),
  ];
}

/** What is left of units when others are taken off; none of a bucket that is not among them. */
export function lessUnits(sums: readonly BucketUnits[], less: readonly BucketUnits[]): readonly BucketUnits[] {
  if (less.length === 0) return sums;
  return sums
    .map((one) => ({ ...one, quantity: one.quantity - unitsOf(less, one) }))
    .filter(({ quantity }) => quantity > 0n);
}

/** Whether they are the same units of the same buckets, in the same order. */
export const sameUnits = (a: readonly BucketUnits[], b: readonly BucketUnits[]): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index];
    return other !== undefined && sameBucket(one, other) && one.quantity === other.quantity;
  });
