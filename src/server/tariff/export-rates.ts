import { writeFile } from "node:fs/promises";
import { NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import { withoutOverlaps } from "../../core/tariff/resolve-rates.ts";
import { isWrittenWhole, writeDeckCsv, writeDeckXlsx } from "../../decks/write-deck.ts";
import type { Database } from "../db/database.ts";
import { replaceFile } from "../files/replace-file.ts";
import { listRates, type RateQuestion } from "./list-rates.ts";

export interface RateExport {
  readonly version: number;
  readonly exported: number;
  /** Rates that a deck cannot carry: of short codes and of time windows. */
  readonly leftOut: number;
  /** Of the exported ones, those with more to their price than a deck has columns for. */
  readonly cutShort: number;
  /** Surcharges, which stand below the rates as text: no deck is read for them. */
  readonly surcharges: number;
}

/**
 * Writes a tariff as a rate deck, to be sent to whoever buys at it: XLSX if `path` says so, else CSV. A derived tariff
 * is written at the prices it asks. Imported as a full deck into a plain tariff the file gives the same prices, but for
 * surcharges; so into the one it comes from it changes nothing. A file that is there is replaced once the new one is
 * whole.
 *
 * @throws Problem `tariff-unknown`, `tariff-unpublished`, `tariff-version-unknown`, `export-not-written`.
 */
export async function exportRates(
  db: Database,
  question: Omit<RateQuestion, "prefix">,
  path: string,
): Promise<RateExport> {
  const { rates, terms, version, surcharges } = await listRates(db, { ...question, prefix: "" });
  const fitting = withoutOverlaps(rates.filter(fitsDeck));
  const layout = { currency: terms.currency, surcharges };
  const isWorkbook = path.toLowerCase().endsWith(".xlsx");
  const content = isWorkbook ? writeDeckXlsx(fitting, layout) : writeDeckCsv(fitting, layout);
  await replaceFile(path, (part) => writeFile(part, content));
  const leftOut = rates.filter((rate) => !fitsDeck(rate)).length;
  const cutShort = fitting.filter((rate) => !isWrittenWhole(rate)).length;
  return { version, exported: fitting.length, leftOut, cutShort, surcharges: surcharges.length };
}

const fitsDeck = ({ prefix, window }: Rate): boolean => window === null && !prefix.startsWith(NOT_E164_MARK);
