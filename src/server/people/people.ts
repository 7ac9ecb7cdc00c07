import type { Config } from "../../config.ts";
import type { AddressLists } from "../access/address-lists.ts";
import type { Database } from "../db/database.ts";
import { findTenants } from "../tenancy/find-tenant.ts";

/** What logging in works with. */
export interface People {
  /** All tenants: who somebody is comes before what they may see. */
  readonly db: Database;
  readonly lists: AddressLists;
  /** What cookies and pages are for; null: whatever host was asked. */
  readonly publicUrl: string | null;
  /** What links in mails begin with. */
  readonly linkUrl: string;
  readonly secretsKeyFile: string;
}

/** Where links of mails lead to: without an address of its own, to this machine. */
export const linkUrlOf = ({ publicUrl, httpPort }: Pick<Config, "publicUrl" | "httpPort">): string =>
  publicUrl ?? `http://localhost:${httpPort}`;

/** What people know their operator by: in mails, and in apps for codes. */
export async function operatorName(db: Database, tenantId: string): Promise<string> {
  return (await findTenants(db)).find(({ id }) => id === tenantId)?.name ?? "Tollwright";
}
