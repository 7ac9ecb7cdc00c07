const TRIES_MAX = 5;

const DEADLOCK = "40P01";
const SERIALIZATION = "40001";

/**
 * Runs a transaction again that the database broke off because others were in its way, a few times. `also`: SQLSTATEs
 * after which another try meets what the first could not see.
 */
export async function retrying<T>(work: () => Promise<T>, also: readonly string[] = []): Promise<T> {
  const codes: readonly unknown[] = [DEADLOCK, SERIALIZATION, ...also];
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (tries >= TRIES_MAX || !codes.includes(code)) throw error;
    }
  }
}
