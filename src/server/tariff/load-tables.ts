import { setImmediate } from "node:timers/promises";
import { NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import { type PrefixTable, PrefixTableBuilder } from "../../core/tariff/prefix-table.ts";
import { UNITS_RATED } from "../../core/usage/service-units.ts";
import type { Tx } from "../db/tx.ts";
import type { PublishedTariff } from "./published-tariffs.ts";
import { rateGroups } from "./rate-store.ts";

/** The rates of a version for look-ups: of E.164 numbers, and of short codes and extensions ("=112"). */
export interface RateTables {
  readonly numbers: PrefixTable;
  readonly shortNumbers: PrefixTable;
}

/** What is done in one turn of the event loop: about 1 ms here. Calls wait for that and a garbage collection. */
const CHUNK_ROWS = 100;
const TURN_PREFIXES = 500;

/** Reads the rates of a version into tables, in steps between which calls are priced: bench/tariff-swap.bench.ts. */
export async function loadTables(tx: Tx, { id: tariffId, version, terms }: PublishedTariff): Promise<RateTables> {
  const windows = terms.windows.map(({ name }) => name);
  const unitsRated = UNITS_RATED[terms.service ?? "voice"];
  const numbers = new PrefixTableBuilder(windows, unitsRated);
  const shortNumbers = new PrefixTableBuilder(windows, unitsRated);
  let added = 0;
  for await (const groups of rateGroups(tx, { tariffId, version, chunkRows: CHUNK_ROWS })) {
    for (const { terms: rate, prefixes } of groups) {
      for (const prefix of prefixes) {
        if (prefix.startsWith(NOT_E164_MARK)) shortNumbers.add({ ...rate, prefix: prefix.slice(NOT_E164_MARK.length) });
        else numbers.add({ ...rate, prefix });
        added += 1;
        if (added % TURN_PREFIXES === 0) await setImmediate();
      }
    }
  }
  return { numbers: numbers.finish(), shortNumbers: shortNumbers.finish() };
}
