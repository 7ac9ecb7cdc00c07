import type { Database } from "../db/database.ts";
import { type InvoiceFilter, listInvoices } from "./invoice-store.ts";
import type { StoredInvoice } from "./stored-invoice.ts";

/** Invoices, the newest first. */
export const findInvoices = (db: Database, filter: InvoiceFilter): Promise<readonly StoredInvoice[]> =>
  db.transaction("app", { tenantId: filter.tenantId }, (tx) => listInvoices(tx, filter));
