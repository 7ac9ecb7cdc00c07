/** Carries an answer out of a transaction that is to be rolled back. */
class Rehearsed<T> extends Error {
  override readonly name = "Rehearsed";
  readonly answer: T;

  constructor(answer: T) {
    super("a dry run is rolled back");
    this.answer = answer;
  }
}

/**
 * Runs one transaction for real or, in a dry run, takes it back once it has done everything: so that a dry run meets
 * every fault that the real one would meet, those of the database included.
 *
 * `transact` opens the transaction: `(work) => db.transaction("app", { tenantId }, work)`.
 */
export async function rehearse<Tx, T>(
  dryRun: boolean,
  transact: (work: (tx: Tx) => Promise<T>) => Promise<T>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  if (!dryRun) return await transact(work);
  try {
    return await transact(async (tx) => {
      throw new Rehearsed(await work(tx));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.answer as T;
    throw error;
  }
}
