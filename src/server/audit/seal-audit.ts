import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import type { SecretsKey } from "../secrets/secrets-key.ts";
import { lastSeal, lockChain, storeSeal, tenantsToSeal, unsealedEntries } from "./chain-store.ts";
import { entryDigest, type StoredEntry } from "./entry-digest.ts";
import { type FoundEntry, openEntries } from "./open-entries.ts";
import { type AuditHead, CHAIN_START, chainOf } from "./seal.ts";

/** Hears of security events, once each, whichever process they happened in. */
export interface SecurityLog {
  /** Opens names and addresses of people; undefined: they stay closed. */
  readonly key: SecretsKey | undefined;
  happened(entry: FoundEntry): void;
}

/** Entries of one seal. */
const ENTRIES_MAX = 1_000;

/**
 * Gives every entry that is committed its place in its tenant's chain; answers the heads of the chains that grew. Which
 * entries have none is asked of the entries themselves and not by a time or a number: one whose transaction took long
 * is placed behind those that came meanwhile, and none is passed over. Sealers take turns, tenant by tenant.
 */
export async function sealAudit(db: Database, security: SecurityLog | null = null): Promise<readonly AuditHead[]> {
  const tenantIds = await db.transaction("ingest", {}, tenantsToSeal);
  const heads: AuditHead[] = [];
  for (const tenantId of tenantIds) {
    let head: AuditHead | null = null;
    let isMore = true;
    while (isMore) {
      const sealed = await db.transaction("ingest", {}, (tx) => sealOnce(tx, tenantId, security));
      head = sealed.head ?? head;
      isMore = sealed.isFull;
    }
    if (head !== null) heads.push(head);
  }
  return heads;
}

interface Sealed {
  readonly head: AuditHead | null;
  readonly isFull: boolean;
}

async function sealOnce(tx: Tx, tenantId: string, security: SecurityLog | null): Promise<Sealed> {
  await lockChain(tx, tenantId);
  const last = await lastSeal(tx, tenantId);
  const { entries, sealedAt } = await unsealedEntries(tx, tenantId, ENTRIES_MAX);
  if (entries.length === 0) return { head: null, isFull: false };
  const firstSequence = (last?.lastSequence ?? 0) + 1;
  const placed = entries.map((entry, index) => {
    const sequence = firstSequence + index;
    return { id: entry.id, sequence, digest: entryDigest(entry, sequence) };
  });
  const lastSequence = firstSequence + placed.length - 1;
  const header = { tenantId, number: (last?.number ?? 0) + 1, firstSequence, lastSequence, sealedAt };
  const previous = last?.chain ?? CHAIN_START;
  const chain = chainOf(
    previous,
    header,
    placed.map(({ digest }) => digest),
  );
  await storeSeal(tx, { ...header, previous, chain }, placed);
  await tellSecurity(tx, entries, { firstSequence, security });
  const head = { tenantId, number: header.number, lastSequence, chain: chain.toString("hex") };
  return { head, isFull: entries.length === ENTRIES_MAX };
}

/** Before the commit: a line may come twice, with the same id, when it fails, and none is missing. */
async function tellSecurity(
  tx: Tx,
  entries: readonly StoredEntry[],
  { firstSequence, security }: { readonly firstSequence: number; readonly security: SecurityLog | null },
): Promise<void> {
  if (security === null) return;
  const rows = entries.map((entry, index) => ({ ...entry, sequence: String(firstSequence + index) }));
  const told = rows.filter(({ is_security }) => is_security);
  if (told.length > 0) for (const entry of await openEntries(tx, told, security.key)) security.happened(entry);
}
