import type { Decimal } from "../../core/money/decimal.ts";
import type { DeckRow } from "../deck-row.ts";

/** What a price is judged by. */
export type PricedRow = Pick<DeckRow, "kind" | "prefix" | "ratePerUnit" | "unitS" | "writtenDecimals">;

/** A price whose decimal point seems lost or moved. */
export interface ScaleOutlier<Row> {
  readonly row: Row;
  /** How many times the price is what it was compared with; below 1 for one that is too small. */
  readonly ratio: number;
  readonly comparedWith: "country" | "deck";
}

/** A country with fewer prices is judged by the whole deck. */
const PEERS_MIN = 5;
/** Share of prices with decimals from which a price without any is suspected of having lost its point. */
const DECIMALS_NORM = 2 / 3;
/** Share of one number of decimals from which the deck counts as written with fixed decimals. */
const FIXED_NORM = 0.99;

/**
 * Prices out of scale with the rest of their deck: no bound in any currency, only ratios between prices of one deck.
 *
 * Prices of one country differ by a factor of up to about 40 in the decks seen, a lost point makes it 1,000 or more.
 * Prices without decimals among prices with decimals are doubted at smaller ratios, and never vouch for one another: a
 * country whose points are all lost is compared with the rest of the deck. The rule, its factors and what they were
 * tried on stand in docs/concepts/rate-decks.md.
 */
export function findScaleOutliers<Row extends PricedRow>(rows: readonly Row[]): ScaleOutlier<Row>[] {
  const priced = rows.filter(({ kind, ratePerUnit }) => kind === "price" && ratePerUnit.units > 0n);
  const format = writtenFormat(priced);
  const isDoubted = ({ writtenDecimals }: PricedRow): boolean => format !== "free" && writtenDecimals === 0;
  const witnesses = priced.filter((row) => !isDoubted(row));
  const deck = sortedPrices(witnesses);
  const countries = new Map(
    [...Map.groupBy(witnesses, ({ prefix }) => countryKey(prefix))].map(([key, peers]) => [key, sortedPrices(peers)]),
  );
  return priced.flatMap((row) => {
    const country = countries.get(countryKey(row.prefix)) ?? [];
    const price = perSecond(row);
    const verdict = isDoubted(row)
      ? judgeDoubted(price, country, { deck, isFixed: format === "fixed" })
      : judge(price, country, deck);
    return verdict === undefined ? [] : [{ row, ...verdict }];
  });
}

type Verdict = Omit<ScaleOutlier<unknown>, "row"> | undefined;

/** A price written like the others: far from its country and outside the deck's middle, or far from all of the deck. */
function judge(price: number, country: readonly number[], deck: readonly number[]): Verdict {
  if (country.length >= PEERS_MIN) {
    const ratio = price / quantile(country, 0.5);
    const isHigh = ratio >= 100 && price >= 10 * quantile(deck, 0.9);
    const isLow = ratio <= 1 / 100 && price <= quantile(deck, 0.1) / 10;
    if (isHigh || isLow) return { ratio, comparedWith: "country" };
  }
  const ratio = price / quantile(deck, 0.99);
  return ratio >= 1_000 ? { ratio, comparedWith: "deck" } : undefined;
}

/**
 * A price without decimals in a deck that writes them. With fixed decimals the missing ones are evidence in themselves.
 */
function judgeDoubted(
  price: number,
  country: readonly number[],
  { deck, isFixed }: { deck: readonly number[]; isFixed: boolean },
): Verdict {
  const high = quantile(deck, 0.99);
  if (country.length > 0) {
    const ratio = price / quantile(country, 1);
    const isFar = ratio >= 10 && (isFixed || price >= 10 * quantile(deck, 0.9));
    if (isFar) return { ratio, comparedWith: "country" };
    return undefined;
  }
  const ratio = price / high;
  return ratio >= 10 ? { ratio, comparedWith: "deck" } : undefined;
}

/** `fixed`: nearly all prices have the same number of decimals; `decimal`: most have some; `free`: many have none. */
function writtenFormat(rows: readonly PricedRow[]): "fixed" | "decimal" | "free" {
  const counts = new Map<number, number>();
  for (const { writtenDecimals } of rows) counts.set(writtenDecimals, (counts.get(writtenDecimals) ?? 0) + 1);
  const decimal = rows.length - (counts.get(0) ?? 0);
  if (decimal < rows.length * DECIMALS_NORM) return "free";
  counts.delete(0);
  return Math.max(...counts.values()) >= decimal * FIXED_NORM ? "fixed" : "decimal";
}

/**
 * Stands for a country without a table of them: country codes have at most three digits, and the countries of zone 1
 * are told apart by their area codes.
 */
const countryKey = (prefix: string): string => prefix.slice(0, prefix[0] === "1" ? 4 : 3);

/** Only compared, never charged, so a binary fraction is exact enough. */
const perSecond = ({ ratePerUnit, unitS }: PricedRow): number => ratio(ratePerUnit) / unitS;
const ratio = ({ units, scale }: Decimal): number => Number(units) / 10 ** scale;

const sortedPrices = (rows: readonly PricedRow[]): number[] => rows.map(perSecond).sort((a, b) => a - b);

/** The value that a share of `sorted` is at or below; infinite for none, so that nothing is far above it. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.POSITIVE_INFINITY;
}
