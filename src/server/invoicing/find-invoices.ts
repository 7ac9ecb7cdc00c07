import type { Database } from "../db/database.ts";
import { type InvoiceFilter, listInvoices, type StoredInvoice } from "./invoice-store.ts";

/** Invoices, the newest first. */
export const findInvoices = (db: Database, filter: InvoiceFilter): Promise<readonly StoredInvoice[]> =>
  db.transaction("app", { tenantId: filter.tenantId }, (tx) => listInvoices(tx, filter));
