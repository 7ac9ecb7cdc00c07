import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import type { BulkTx } from "./tx.ts";

/**
 * Sends one `COPY … FROM STDIN` body (see `copyBody`).
 *
 * @throws pg.DatabaseError when the server refuses a row; the transaction is then aborted.
 */
export async function copyIn(tx: BulkTx, statement: string, body: Iterable<Uint8Array>): Promise<void> {
  await pipeline(Readable.from(body, { objectMode: false }), tx.client.query(copyFrom(statement)));
}
