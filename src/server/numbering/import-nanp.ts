import { parse } from "csv-parse/sync";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { NanpImport, NanpTable } from "./nanp-table.ts";
import { listNanpImports, type NanpRow, replaceNanpTable } from "./numbering-store.ts";
import { numberTableInvalid } from "./problems.ts";

/** A file of exchanges, or of ported numbers, and who brings it. */
export interface NanpFile {
  readonly tenantId: string;
  readonly kind: NanpTable;
  readonly name: string;
  readonly text: string;
  readonly actor: Actor;
}

/**
 * Replaces a table of the tenant by a CSV file: `npanxx,state[,lata]`, or `number,lrn`. A first line without a digit is a
 * header. The file is taken whole or not at all: calls must not be priced by half a table. Calls from now on are priced
 * by it; those that are rated already stay, until somebody rates them again.
 *
 * @throws Problem `number-table-invalid` with the line.
 */
export async function importNanp(db: Database, { tenantId, kind, name, text, actor }: NanpFile): Promise<number> {
  const rows = readRows(kind, text);
  await db.bulk("app", { tenantId }, async (tx) => {
    await replaceNanpTable(tx, { tenantId, kind, fileName: name, importedBy: actor.name }, rows);
    const object = { kind: "number-table", id: null, name: kind };
    const after = { file: name, rows: rows.length };
    await recordAudit(tx, actor, [{ action: "numbers.imported", object, before: null, after, reason: null }]);
  });
  return rows.length;
}

/** The tables that a tenant has, as they were last imported. */
export const findNanpImports = (db: Database, tenantId: string): Promise<readonly NanpImport[]> =>
  db.transaction("app", { tenantId }, (tx) => listNanpImports(tx, tenantId));

function readRows(kind: NanpTable, text: string): NanpRow[] {
  const rows = new Map<string, NanpRow>();
  for (const [index, cells] of readCells(text).entries()) {
    if (index === 0 && !cells.some((cell) => /\d/.test(cell))) continue;
    const line = index + 1;
    const row = kind === "exchanges" ? exchangeOf(cells, line) : portedNumberOf(cells, line);
    const known = rows.get(row[0]);
    if (known !== undefined && known[1] !== row[1])
      throw numberTableInvalid({ line, what: `${row[0]} stands above already, with ${known[1]}` });
    rows.set(row[0], row);
  }
  if (rows.size === 0) throw numberTableInvalid({ line: 1, what: "the file has no rows" });
  return [...rows.values()];
}

function readCells(text: string): string[][] {
  try {
    return parse(text, { delimiter: [",", ";", "\t"], relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw numberTableInvalid({ line: 1, what: `it is no CSV (${(error as Error).message})` });
  }
}

function exchangeOf([code = "", state = "", lata = ""]: readonly string[], line: number): NanpRow {
  const npaNxx = /^1?([2-9]\d\d)[ -]?(\d{3})$/.exec(code)?.slice(1).join("");
  if (npaNxx === undefined) throw numberTableInvalid({ line, what: `"${code}" is no area code and exchange` });
  if (!/^[A-Z]{2}$/i.test(state)) throw numberTableInvalid({ line, what: `"${state}" is no state of two letters` });
  return [npaNxx, state.toUpperCase(), lata === "" ? null : lata];
}

function portedNumberOf([number = "", routing = ""]: readonly string[], line: number): NanpRow {
  const [ported, lrn] = [number, routing].map((text) => {
    const digits = text.replace(/[^\d]/g, "");
    const national = digits.length === 11 && digits.startsWith("1") ? digits.slice(1) : digits;
    if (!/^[2-9]\d{9}$/.test(national))
      throw numberTableInvalid({ line, what: `"${text}" is no number of ten digits` });
    return `1${national}`;
  }) as [string, string];
  return [ported, lrn, null];
}
