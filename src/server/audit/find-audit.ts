import type { Database } from "../db/database.ts";
import type { Scopes } from "../db/tx.ts";
import type { SecretsKey } from "../secrets/secrets-key.ts";
import { type FoundEntry, openEntries } from "./open-entries.ts";
import { auditEntryUnknown } from "./problems.ts";
import { type AuditFilter, type AuditPlace, type AuditRow, queryEntries, readEntry } from "./query-store.ts";

export type { AuditFilter, AuditPlace };

/** What opens what is personal: the database as one who may read people's keys, and the key file's key. */
export interface PersonalDoor {
  readonly db: Database;
  readonly key: SecretsKey | undefined;
}

/** Entries that a scope may see, the latest first. */
export async function findAudit(
  db: Database,
  scope: Scopes["app"],
  args: {
    readonly filter: AuditFilter;
    readonly after: AuditPlace | null;
    readonly limit: number;
    readonly door: PersonalDoor;
  },
): Promise<readonly FoundEntry[]> {
  const rows = await db.transaction("app", scope, (tx) => queryEntries(tx, scope.tenantId, args));
  return await opened(rows, args.door);
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const PLACE = /^[1-9]\d{0,14}$/;

/** One entry, by its id or its place in the chain. Errors: Problem `audit-entry-unknown`. */
export async function findAuditEntry(
  db: Database,
  scope: Scopes["app"],
  { name, door }: { readonly name: string; readonly door: PersonalDoor },
): Promise<FoundEntry> {
  const isName = UUID.test(name) || PLACE.test(name);
  const row = isName ? await db.transaction("app", scope, (tx) => readEntry(tx, scope.tenantId, name)) : undefined;
  const [entry] = row === undefined ? [] : await opened([row], door);
  if (entry === undefined) throw auditEntryUnknown({ entry: name });
  return entry;
}

const PAGE_ENTRIES = 1_000;

/** All entries of a filter, the latest first, in the memory of a page. */
export async function* eachAuditEntry(
  db: Database,
  scope: Scopes["app"],
  { filter, door }: { readonly filter: AuditFilter; readonly door: PersonalDoor },
): AsyncGenerator<FoundEntry> {
  let after: AuditPlace | null = null;
  let page: readonly FoundEntry[];
  do {
    page = await findAudit(db, scope, { filter, after, limit: PAGE_ENTRIES, door });
    yield* page;
    const last = page.at(-1);
    after = last === undefined ? null : { happened: last.happenedAt, id: last.id };
  } while (page.length === PAGE_ENTRIES);
}

const opened = (rows: readonly AuditRow[], { db, key }: PersonalDoor): Promise<readonly FoundEntry[]> =>
  db.transaction("ingest", {}, (tx) => openEntries(tx, rows, key));
