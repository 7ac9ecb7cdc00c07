import type { Database } from "../db/database.ts";
import { type ListedMail, listMails } from "./mail-store.ts";

/** Mails of a tenant, the latest first. */
export const findMails = (
  db: Database,
  asked: { readonly tenantId: string; readonly state: string | null; readonly limit: number },
): Promise<readonly ListedMail[]> => db.transaction("app", { tenantId: asked.tenantId }, (tx) => listMails(tx, asked));
