import { invariant } from "../../core/invariant.ts";
import type { Called, E164 } from "../../core/numbering/number.ts";
import { NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import { type CompiledTariff, tariffFromTable } from "../../core/tariff/compiled-tariff.ts";
import { surchargesOfShortNumbers } from "../../core/tariff/surcharge.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { Tx } from "../db/tx.ts";
import { loadTables } from "../tariff/load-tables.ts";
import { type PublishedTariff, publishedTariffs } from "../tariff/published-tariffs.ts";

/**
 * One tariff version in memory. Short codes and extensions have a table of their own, so that 112 is never matched as a
 * prefix of +1 12…: rates whose prefix begins with "=" are there.
 */
export interface LoadedTariff {
  readonly tariff: PublishedTariff;
  readonly numbers: CompiledTariff;
  readonly shortNumbers: CompiledTariff;
}

/** All published tariffs of a tenant at one epoch, by id. */
export interface TariffSet {
  readonly epoch: number;
  readonly tariffs: ReadonlyMap<string, LoadedTariff>;
}

/**
 * Loads what `previous` does not already hold at the same version; a derived tariff is rebuilt when its base changed.
 * Calls that are being rated meanwhile wait for no more than a few milliseconds at a time.
 */
export async function loadTariffSet(
  tx: Tx,
  tenantId: string,
  { epoch, previous }: { readonly epoch: number; readonly previous: TariffSet | null },
): Promise<TariffSet> {
  const loader = new TariffLoader(tx, await publishedTariffs(tx, tenantId, epoch), previous);
  return { epoch, tariffs: await loader.loadAll() };
}

/** One published tariff, and the ones it is derived from; undefined: there is none of that name. */
export async function loadTariff(tx: Tx, tenantId: string, name: string): Promise<LoadedTariff | undefined> {
  const published = await publishedTariffs(tx, tenantId, null);
  const tariff = published.find((one) => one.name === name);
  return tariff && (await new TariffLoader(tx, published, null).load(tariff));
}

/** Loads tariffs of one epoch, each once, bases first. */
class TariffLoader {
  readonly #tx: Tx;
  readonly #published: ReadonlyMap<string, PublishedTariff>;
  readonly #previous: TariffSet | null;
  readonly #loaded = new Map<string, LoadedTariff>();

  constructor(tx: Tx, published: readonly PublishedTariff[], previous: TariffSet | null) {
    this.#tx = tx;
    this.#published = new Map(published.map((tariff) => [tariff.id, tariff]));
    this.#previous = previous;
  }

  async loadAll(): Promise<ReadonlyMap<string, LoadedTariff>> {
    for (const tariff of this.#published.values()) await this.load(tariff);
    return this.#loaded;
  }

  async load(tariff: PublishedTariff): Promise<LoadedTariff> {
    const done = this.#loaded.get(tariff.id);
    if (done !== undefined) return done;
    const base = await this.#loadBase(tariff);
    const before = this.#previous?.tariffs.get(tariff.id);
    const isCurrent = before?.tariff.version === tariff.version && before.numbers.base === (base?.numbers ?? null);
    const loaded = isCurrent ? before : await this.#compile(tariff, base);
    this.#loaded.set(tariff.id, loaded);
    return loaded;
  }

  async #loadBase({ name, derivation }: PublishedTariff): Promise<LoadedTariff | null> {
    if (derivation === null) return null;
    const base = this.#published.get(derivation.baseTariffId);
    invariant(base, `the base of derived tariff ${name} is published`);
    return await this.load(base);
  }

  async #compile(tariff: PublishedTariff, base: LoadedTariff | null): Promise<LoadedTariff> {
    const { terms, derivation } = tariff;
    const version = { tariffId: tariff.id, number: tariff.version, terms, derivation };
    const shortVersion = { ...version, terms: termsOfShortNumbers(terms) };
    const { numbers, shortNumbers } = await loadTables(this.#tx, tariff);
    return {
      tariff,
      numbers: tariffFromTable(version, numbers, base?.numbers ?? null),
      shortNumbers: tariffFromTable(shortVersion, shortNumbers, base?.shortNumbers ?? null),
    };
  }
}

/** The terms as the table of short codes has them. */
const termsOfShortNumbers = (terms: TariffTerms): TariffTerms =>
  terms.surcharges === undefined
    ? terms
    : { ...terms, surcharges: surchargesOfShortNumbers(terms.surcharges, NOT_E164_MARK) };

/** Which table prices a called number, and under which digits. Text without digits only ever meets the rate of "=". */
export function tableFor(
  loaded: LoadedTariff,
  called: Called,
): { readonly table: CompiledTariff; readonly digits: E164 } {
  switch (called.kind) {
    case "e164":
      return { table: loaded.numbers, digits: called.digits };
    case "short-code":
      return { table: loaded.shortNumbers, digits: called.digits as E164 };
    case "other":
      return { table: loaded.shortNumbers, digits: (/^\d{1,15}$/.test(called.text) ? called.text : "") as E164 };
    default:
      return called satisfies never;
  }
}
