import { writeFile } from "node:fs/promises";
import { invariant } from "../../core/invariant.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { replaceFile } from "../files/replace-file.ts";
import { invoiceSeller } from "../invoicing/invoice-seller.ts";
import type { PdfPrinter } from "../invoicing/render-pdf.ts";
import { findAccounts } from "../tenancy/find-account.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import { type CommissionStatement, findStatement } from "./find-statement.ts";
import { printStatement } from "./print-statement.ts";
import { statementCsv } from "./statement-csv.ts";

export const STATEMENT_FORMATS = ["pdf", "csv"] as const;
export type StatementFormat = (typeof STATEMENT_FORMATS)[number];

export interface StatementExport {
  readonly actor: Actor;
  readonly agentCode: string;
  readonly month: string;
  readonly format: StatementFormat;
  /** The file to write; one that is there is replaced once the new one is complete. */
  readonly path: string;
  readonly printer: PdfPrinter;
}

/**
 * Writes an agent's statement to a file; the same entries give the same bytes.
 *
 * @throws Problem `agent-unknown`, `commission-period-invalid`, `invoice-not-printable`, `export-not-written`.
 */
export async function exportStatement(db: Database, wanted: StatementExport): Promise<void> {
  const statement = await findStatement(db, wanted.actor, wanted);
  await replaceFile(wanted.path, async (path) =>
    writeFile(path, wanted.format === "csv" ? statementCsv(statement) : await pdf(db, wanted, statement)),
  );
}

async function pdf(
  db: Database,
  { actor, printer }: StatementExport,
  statement: CommissionStatement,
): Promise<Uint8Array> {
  const tenant = (await findTenants(db)).find(({ id }) => id === actor.tenantId);
  invariant(tenant, `tenant ${actor.tenantId} is there`);
  const accounts = await db.transaction("app", scopeOf(actor), (tx) => findAccounts(tx, actor.tenantId));
  const seller = invoiceSeller(statement.agent, tenant, new Map(accounts.map((account) => [account.id, account])));
  return (await printer.render(printStatement(statement, seller))).bytes;
}
