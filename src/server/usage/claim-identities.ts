import { invariant } from "../../core/invariant.ts";
import { type BinaryCopy, copyBody } from "../db/binary-copy.ts";
import { copyIn } from "../db/copy-in.ts";
import type { BulkTx } from "../db/tx.ts";
import { cachedUuid } from "./cached-uuid.ts";
import type { PricedCall } from "./priced-call.ts";

/**
 * Claims the identities of calls, all of distinct identity; answers the places of those that were claimed before. Waits
 * for other transactions that are claiming the same ones, in id order, so that two of them cannot deadlock.
 */
export async function claimIdentities(tx: BulkTx, calls: readonly PricedCall[]): Promise<readonly number[]> {
  await tx.query(
    `create temp table if not exists stage_identities (
       ord integer, id uuid, book_id uuid, started_at timestamptz, content_hash bigint, derived_hash bigint
     ) on commit delete rows`,
  );
  const body = copyBody(calls.entries(), writeIdentity);
  await copyIn(tx, "copy stage_identities from stdin (format binary)", body);
  const claimed = await tx.query(
    `insert into usage_identities (id, book_id, started_at, content_hash, derived_hash)
     select id, book_id, started_at, content_hash, derived_hash from stage_identities order by id
     on conflict do nothing`,
  );
  if (claimed.rowCount === calls.length) return [];
  // What this transaction has inserted is its own; the rest was there. `offset 0` keeps it a look-up of each: as a join
  // it would read all identities, in a table that holds millions.
  const { rows } = await tx.query<{ ord: number }>(
    `select ord from stage_identities s
     where exists (
       select from usage_identities i where i.id = s.id and i.xmin <> pg_current_xact_id()::xid offset 0
     ) order by ord`,
  );
  invariant(claimed.rowCount + rows.length === calls.length, "every identity is claimed now or was claimed before");
  return rows.map((row) => row.ord);
}

function writeIdentity(copy: BinaryCopy, [ord, call]: readonly [number, PricedCall]): void {
  copy.row(6);
  copy.int4(ord);
  copy.uuid(call.id);
  copy.uuid(cachedUuid(call.bookId));
  copy.timestamptz(call.event.startedAt);
  copy.int8(call.contentHash);
  copy.int8(call.derivedHash);
}
