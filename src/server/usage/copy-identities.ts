import { type BinaryCopy, copyBody, type UuidWords, uuidBytes } from "../db/binary-copy.ts";
import { copyIn } from "../db/copy-in.ts";
import type { BulkTx } from "../db/tx.ts";
import { isUniqueViolation } from "../db/unique-violation.ts";
import { ID_BYTES, idOrder } from "./id-order.ts";

/** How identities of calls are written, whatever the calls are kept as. */
export interface CopiedIdentities<Call> {
  readonly columns: string;
  readonly idOf: (call: Call) => string | UuidWords;
  readonly write: (copy: BinaryCopy, call: Call) => void;
}

/**
 * Looks up which identities are known and copies the others, in id order: a stage and `on conflict` take almost twice
 * as long (docs/reference/benchmarks.md). Answers the places of the known ones. undefined: nothing was copied, because
 * another transaction claimed one of them meanwhile; for one that is still open this waits first.
 */
export async function copyIdentities<Call>(
  tx: BulkTx,
  calls: readonly Call[],
  { columns, idOf, write }: CopiedIdentities<Call>,
): Promise<readonly number[] | undefined> {
  const ids = idsOf(calls, idOf);
  const order = idOrder(ids);
  // The planner would rather read a few million rows through than look up so many of them.
  await tx.query("savepoint claim; set local enable_seqscan = off");
  const known = await findKnown(tx, ids, order);
  // COPY is refused to whom row-level security binds, which here is not the owner.
  await tx.query("set local enable_seqscan = on; set local role tollwright_owner");
  const unknown = known.size === 0 ? order : order.filter((place) => !known.has(place));
  const body = copyBody(unknown, (copy, place) => write(copy, calls[place] as Call));
  try {
    await copyIn(tx, `copy usage_identities (${columns}) from stdin (format binary)`, body);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await tx.query("rollback to savepoint claim; release savepoint claim");
    return undefined;
  }
  await tx.query("set local role tollwright_ingest; release savepoint claim");
  return [...known].sort((a, b) => a - b);
}

function idsOf<Call>(calls: readonly Call[], idOf: (call: Call) => string | UuidWords): Buffer {
  const ids = Buffer.allocUnsafe(calls.length * ID_BYTES);
  let at = 0;
  for (const call of calls) {
    const id = idOf(call);
    if (typeof id === "string") ids.write(id, at, ID_BYTES, "latin1");
    else for (let word = 0; word < 4; word += 1) ids.writeInt32BE(id[word] as number, at + word * 4);
    at += ID_BYTES;
  }
  return ids;
}

/** The places of ids that are claimed already. */
async function findKnown(tx: BulkTx, ids: Buffer, order: readonly number[]): Promise<ReadonlySet<number>> {
  const { rows } = await tx.query<{ id: string }>("select id from usage_identities where id = any($1::uuid[])", [
    arrayOf(ids, order),
  ]);
  if (rows.length === 0) return new Set();
  const found = new Set(rows.map(({ id }) => uuidBytes(id)));
  return new Set(order.filter((place) => found.has(ids.toString("latin1", place * ID_BYTES, (place + 1) * ID_BYTES))));
}

/** Dimensions, whether there are nulls, type (uuid), length and lower bound of the one dimension. */
const ARRAY_HEAD = [1, 0, 2950, 0, 1];

/** Ids in an order as a parameter in PostgreSQL's binary form: each after its length. */
function arrayOf(ids: Buffer, order: readonly number[]): Buffer {
  const array = Buffer.allocUnsafe(ARRAY_HEAD.length * 4 + order.length * (4 + ID_BYTES));
  let at = 0;
  for (const word of ARRAY_HEAD.with(3, order.length)) at = array.writeInt32BE(word, at);
  for (const place of order) {
    at = array.writeInt32BE(ID_BYTES, at);
    at += ids.copy(array, at, place * ID_BYTES, (place + 1) * ID_BYTES);
  }
  return array;
}
