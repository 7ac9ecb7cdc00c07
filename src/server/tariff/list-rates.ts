import { invariant } from "../../core/invariant.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import { resolveRates } from "../../core/tariff/resolve-rates.ts";
import { listSurcharges } from "../../core/tariff/surcharge.ts";
import type { Surcharge, TariffTerms } from "../../core/tariff/tariff.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { tariffUnpublished, versionUnknown } from "./problems.ts";
import { type PublishedTariff, publishedTariffs } from "./published-tariffs.ts";
import { loadRates } from "./rate-store.ts";
import { findTariff, lastEpochOf } from "./store.ts";

/** Which rates of a tariff. */
export interface RateQuestion {
  readonly tenantId: string;
  readonly tariffName: string;
  /** null: the newest. */
  readonly version: number | null;
  /** Rates that hold then, or that begin later. */
  readonly at: EpochMs;
  /** Those that begin with these digits; "" for all. */
  readonly prefix: string;
}

/** A rate at the price that the tariff asks. */
export interface ListedRate extends Rate {
  /** Name of the tariff that holds it: of a derived one, a base for all that it does not override. */
  readonly rateOf: string;
}

export interface RateList {
  readonly version: number;
  readonly terms: TariffTerms;
  readonly isDerived: boolean;
  /** By prefix, window and date. Those of a derived tariff are written out as a call would find them. */
  readonly rates: readonly ListedRate[];
  /** What calls to these digits may owe on top, likewise; those of a derived tariff's base at its own amounts. */
  readonly surcharges: readonly Surcharge[];
}

/**
 * The rates of a version that hold at a time or later. An old version of a derived tariff stands over its bases as they
 * were last when it was the newest, so that it has the same answer for ever.
 *
 * @throws Problem `tariff-unknown`, `tariff-unpublished`, `tariff-version-unknown`.
 */
export async function listRates(db: Database, question: RateQuestion): Promise<RateList> {
  const { tenantId, tariffName: name, at, prefix } = question;
  return await db.bulk("app", { tenantId }, async (tx) => {
    const { id, version: newest } = await findTariff(tx, tenantId, name);
    if (newest === 0) throw tariffUnpublished({ name });
    const version = question.version ?? newest;
    const epoch = await lastEpochOf(tx, id, version);
    if (epoch === undefined) throw versionUnknown({ name, version, newest });
    const published = new Map((await publishedTariffs(tx, tenantId, epoch)).map((one) => [one.id, one]));
    const tariff = published.get(id);
    invariant(tariff?.version === version, `version ${version} of ${name} was its newest at epoch ${epoch}`);
    const rates = await pricesOf(tx, tariff, published, prefix);
    const { terms, derivation } = tariff;
    const surcharges = surchargesOf(tariff, published).filter((one) => endsAfter(one, at) && mayMeet(one, prefix));
    return {
      ...{ version, terms, isDerived: derivation !== null, surcharges },
      rates: rates.filter((rate) => endsAfter(rate, at)),
    };
  });
}

async function pricesOf(
  tx: Tx,
  { id, name, version, derivation }: PublishedTariff,
  published: ReadonlyMap<string, PublishedTariff>,
  prefix: string,
): Promise<readonly ListedRate[]> {
  const own = (await loadRates(tx, id, version, prefix)).map((rate) => ({ ...rate, rateOf: name }));
  if (derivation === null) return own;
  const base = published.get(derivation.baseTariffId);
  invariant(base, `the base of derived tariff ${name} is published`);
  return resolveRates(own, await pricesOf(tx, base, published, prefix), derivation);
}

function surchargesOf(
  { name, terms, derivation }: PublishedTariff,
  published: ReadonlyMap<string, PublishedTariff>,
): readonly Surcharge[] {
  const base = derivation && published.get(derivation.baseTariffId);
  invariant(derivation === null || base, `the base of derived tariff ${name} is published`);
  return listSurcharges(terms.surcharges ?? [], base ? surchargesOf(base, published) : [], derivation);
}

/** Whether a call to digits that begin so can owe it. */
const mayMeet = ({ called }: Surcharge, prefix: string): boolean =>
  called.length === 0 || called.some((digits) => digits.startsWith(prefix) || prefix.startsWith(digits));

const endsAfter = ({ effectiveTo }: Pick<Rate, "effectiveTo">, at: EpochMs): boolean =>
  effectiveTo === null || effectiveTo > at;
