import type { Rate } from "../../core/tariff/rate.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { tariffUnpublished, versionUnknown } from "./problems.ts";
import { loadRates } from "./rate-store.ts";
import { findTariff, loadTerms } from "./store.ts";

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

export interface RateList {
  readonly version: number;
  readonly terms: TariffTerms;
  readonly isDerived: boolean;
  /** By prefix, window and date. A derived tariff has its overrides only. */
  readonly rates: readonly Rate[];
}

/**
 * The rates of a version that hold at a time or later. Versions are never edited: the same question about the same
 * version has the same answer for ever.
 *
 * @throws Problem `tariff-unknown`, `tariff-unpublished`, `tariff-version-unknown`.
 */
export async function listRates(db: Database, question: RateQuestion): Promise<RateList> {
  const { tenantId, tariffName: name, at, prefix } = question;
  return await db.bulk("app", { tenantId }, async (tx) => {
    const tariff = await findTariff(tx, tenantId, name);
    if (tariff.version === 0) throw tariffUnpublished({ name });
    const version = question.version ?? tariff.version;
    const terms = await loadTerms(tx, tariff.id, version);
    if (terms === undefined) throw versionUnknown({ name, version, newest: tariff.version });
    const rates = await loadRates(tx, tariff.id, version, prefix);
    return {
      version,
      terms,
      isDerived: tariff.derivation !== null,
      rates: rates.filter((rate) => endsAfter(rate, at)),
    };
  });
}

const endsAfter = ({ effectiveTo }: Rate, at: EpochMs): boolean => effectiveTo === null || effectiveTo > at;
