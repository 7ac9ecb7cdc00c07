import { canCopy, type Tx } from "./tx.ts";

/**
 * Runs statements of which none needs what another answers, in this order: sent together where the connection takes the
 * next before it has answered the one before, else one by one.
 */
export async function together(tx: Tx, statements: readonly (() => Promise<unknown>)[]): Promise<void> {
  if (canCopy(tx)) for (const run of statements) await run();
  else await Promise.all(statements.map((run) => run()));
}
