import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { copyBody, type RowSink, type UuidWords, uuidBytes } from "../db/binary-copy.ts";
import { copyIn } from "../db/copy-in.ts";
import { insertRows } from "../db/insert-rows.ts";
import { type BulkTx, canCopy, type Tx } from "../db/tx.ts";
import { cachedUuid } from "./cached-uuid.ts";
import { copyIdentities } from "./copy-identities.ts";
import type { PricedCall } from "./priced-call.ts";

/** What is claimed for a call. */
export interface Identity extends Pick<PricedCall, "bookId" | "contentHash" | "derivedHash"> {
  readonly id: string | UuidWords;
  readonly startedAt: EpochMs;
}

const COLUMNS = "id, book_id, started_at, content_hash, derived_hash";
/** Calls from which on their identities are copied, and not sent with the statement. */
const MANY_CALLS = 500;

/**
 * Claims the identities of calls, all of distinct identity; answers the places of those that were claimed before. Waits
 * for other transactions that are claiming the same ones, in id order, so that two of them cannot deadlock.
 */
export const claimIdentities = (tx: Tx, calls: readonly PricedCall[]): Promise<readonly number[]> =>
  calls.length >= MANY_CALLS && canCopy(tx) ? claimMany(tx, calls, identityOf) : claimFew(tx, calls);

/** Ids are Latin-1 texts, whose order is that of their bytes. */
async function claimFew(tx: Tx, calls: readonly PricedCall[]): Promise<readonly number[]> {
  const inOrder = calls.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const into = { table: "usage_identities", columns: COLUMNS, write: writeIdentity };
  const claimed = await insertRows<PricedCall, { id: string }>(
    tx,
    into,
    inOrder,
    "on conflict do nothing returning id",
  );
  if (claimed.rowCount === calls.length) return [];
  const ids = new Set(claimed.rows.map(({ id }) => uuidBytes(id)));
  return calls.flatMap(({ id }, ord) => (ids.has(id) ? [] : [ord]));
}

/** {@link claimIdentities} of many calls, whatever they are kept as. */
export async function claimMany<Call>(
  tx: BulkTx,
  calls: readonly Call[],
  identity: (call: Call) => Identity,
): Promise<readonly number[]> {
  const known = await copyIdentities(tx, calls, {
    columns: COLUMNS,
    idOf: (call) => identity(call).id,
    write: (copy, call) => {
      copy.row(5);
      writeFields(copy, identity(call));
    },
  });
  return known ?? (await claimStaged(tx, calls, identity));
}

/** {@link claimMany} where another transaction claims some of them at the same time. */
async function claimStaged<Call>(
  tx: BulkTx,
  calls: readonly Call[],
  identity: (call: Call) => Identity,
): Promise<readonly number[]> {
  await tx.query(
    `create temp table if not exists stage_identities (
       ord integer, id uuid, book_id uuid, started_at timestamptz, content_hash bigint, derived_hash bigint
     ) on commit delete rows`,
  );
  const body = copyBody(calls.entries(), (copy, [ord, call]) => {
    copy.row(6);
    copy.int4(ord);
    writeFields(copy, identity(call));
  });
  await copyIn(tx, "copy stage_identities from stdin (format binary)", body);
  const claimed = await tx.query(
    `insert into usage_identities (${COLUMNS}) select ${COLUMNS} from stage_identities order by id
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

function writeIdentity(sink: RowSink, call: PricedCall): void {
  sink.row(5);
  writeFields(sink, identityOf(call));
}

const identityOf = ({ id, bookId, event, contentHash, derivedHash }: PricedCall): Identity => ({
  id,
  bookId,
  startedAt: event.startedAt,
  contentHash,
  derivedHash,
});

function writeFields(sink: RowSink, { id, bookId, startedAt, contentHash, derivedHash }: Identity): void {
  sink.uuid(id);
  sink.uuid(cachedUuid(bookId));
  sink.timestamptz(startedAt);
  sink.int8(contentHash);
  sink.int8(derivedHash);
}
