import { invariant } from "../../core/invariant.ts";
import type { Called, E164 } from "../../core/numbering/number.ts";
import { NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import { type CompiledTariff, compileTariff } from "../../core/tariff/compiled-tariff.ts";
import type { TariffVersion } from "../../core/tariff/tariff.ts";
import type { Tx } from "../db/tx.ts";
import { listTariffs, loadVersion, type Tariff } from "../tariff/store.ts";

/**
 * One tariff version in memory. Short codes and extensions have a table of their own, so that 112 is never matched as a prefix of
 * +1 12…: rates whose prefix begins with "=" are there.
 */
export interface LoadedTariff {
  readonly tariff: Tariff;
  readonly numbers: CompiledTariff;
  readonly shortNumbers: CompiledTariff;
}

/** All published tariffs of a tenant at one epoch, by id. */
export interface TariffSet {
  readonly epoch: number;
  readonly tariffs: ReadonlyMap<string, LoadedTariff>;
}

/** Loads what `previous` does not already hold at the same version; a derived tariff is rebuilt when its base changed. */
export async function loadTariffSet(
  tx: Tx,
  tenantId: string,
  { epoch, previous }: { readonly epoch: number; readonly previous: TariffSet | null },
): Promise<TariffSet> {
  const listed = await listTariffs(tx, tenantId, epoch);
  const byId = new Map(listed.map((tariff) => [tariff.id, tariff]));
  const loaded = new Map<string, LoadedTariff>();
  const load = async (tariff: Tariff): Promise<LoadedTariff | null> => {
    const done = loaded.get(tariff.id);
    if (done !== undefined) return done;
    const base = await loadBase(tariff);
    const before = previous?.tariffs.get(tariff.id);
    if (before?.tariff.version === tariff.version && before.numbers.base === (base?.numbers ?? null)) {
      loaded.set(tariff.id, before);
      return before;
    }
    const version = await loadVersion(tx, tariff);
    if (version === null) return null;
    const compiled = compileBoth(tariff, version, base);
    loaded.set(tariff.id, compiled);
    return compiled;
  };
  const loadBase = async (tariff: Tariff): Promise<LoadedTariff | null> => {
    if (tariff.derivation === null) return null;
    const base = byId.get(tariff.derivation.baseTariffId);
    const compiled = base && (await load(base));
    invariant(compiled, `the base of derived tariff ${tariff.name} is published`);
    return compiled;
  };
  for (const tariff of listed) await load(tariff);
  return { epoch, tariffs: loaded };
}

function compileBoth(tariff: Tariff, version: TariffVersion, base: LoadedTariff | null): LoadedTariff {
  const all = [...version.rates];
  const isShort = (prefix: string) => prefix.startsWith(NOT_E164_MARK);
  return {
    tariff,
    numbers: compileTariff({ ...version, rates: all.filter((rate) => !isShort(rate.prefix)) }, base?.numbers ?? null),
    shortNumbers: compileTariff(
      {
        ...version,
        rates: all
          .filter((rate) => isShort(rate.prefix))
          .map((rate) => ({ ...rate, prefix: rate.prefix.slice(NOT_E164_MARK.length) })),
      },
      base?.shortNumbers ?? null,
    ),
  };
}

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
