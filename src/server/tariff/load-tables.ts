import { NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import { type PrefixTable, PrefixTableBuilder } from "../../core/tariff/prefix-table.ts";
import type { Tx } from "../db/tx.ts";
import type { PublishedTariff } from "./published-tariffs.ts";
import { rateChunks } from "./rate-store.ts";

/** The rates of a version for look-ups: of E.164 numbers, and of short codes and extensions ("=112"). */
export interface RateTables {
  readonly numbers: PrefixTable;
  readonly shortNumbers: PrefixTable;
}

/**
 * A chunk is read and entered in about 2 ms here. Calls are authorised between two chunks, so this is what they may wait
 * for: bench/tariff-swap.bench.ts.
 */
const CHUNK_ROWS = 400;

/** Reads the rates of a version into tables, in steps that hold nothing else up. */
export async function loadTables(tx: Tx, { id: tariffId, version, terms }: PublishedTariff): Promise<RateTables> {
  const windows = terms.windows.map(({ name }) => name);
  const [numbers, shortNumbers] = [new PrefixTableBuilder(windows), new PrefixTableBuilder(windows)];
  for await (const chunk of rateChunks(tx, { tariffId, version, chunkRows: CHUNK_ROWS })) {
    for (const rate of chunk) {
      if (rate.prefix.startsWith(NOT_E164_MARK))
        shortNumbers.add({ ...rate, prefix: rate.prefix.slice(NOT_E164_MARK.length) });
      else numbers.add(rate);
    }
  }
  return { numbers: numbers.finish(), shortNumbers: shortNumbers.finish() };
}
