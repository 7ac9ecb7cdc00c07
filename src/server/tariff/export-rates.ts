import { writeFile } from "node:fs/promises";
import { NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import { writeDeckCsv, writeDeckXlsx } from "../../decks/write-deck.ts";
import type { Database } from "../db/database.ts";
import { replaceFile } from "../files/replace-file.ts";
import { listRates, type RateQuestion } from "./list-rates.ts";

export interface RateExport {
  readonly version: number;
  readonly exported: number;
  /** Rates that a deck cannot carry: of short codes and of time windows. */
  readonly leftOut: number;
}

/**
 * Writes a tariff as a rate deck, to be sent to whoever buys at it: XLSX if `path` says so, else CSV. Imported as a
 * full deck into the same tariff it changes nothing. A file that is there is replaced once the new one is whole.
 *
 * @throws Problem `tariff-unknown`, `tariff-unpublished`, `tariff-version-unknown`, `export-not-written`.
 */
export async function exportRates(
  db: Database,
  question: Omit<RateQuestion, "prefix">,
  path: string,
): Promise<RateExport> {
  const { rates, terms, version } = await listRates(db, { ...question, prefix: "" });
  const fitting = rates.filter(fitsDeck);
  const layout = { currency: terms.currency };
  const isWorkbook = path.toLowerCase().endsWith(".xlsx");
  const content = isWorkbook ? writeDeckXlsx(fitting, layout) : writeDeckCsv(fitting, layout);
  await replaceFile(path, (part) => writeFile(part, content));
  return { version, exported: fitting.length, leftOut: rates.length - fitting.length };
}

const fitsDeck = ({ prefix, window }: Rate): boolean => window === null && !prefix.startsWith(NOT_E164_MARK);
