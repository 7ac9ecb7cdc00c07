/**
 * Waits for everything, at most for so long; answers the names of what is not finished then. Errors: those of the work.
 */
export async function unfinishedAfter(
  work: ReadonlyMap<string, Promise<unknown>>,
  limitMs: number,
): Promise<readonly string[]> {
  const left = new Set(work.keys());
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, limitMs);
  const finished = Promise.all(
    work.entries().map(async ([name, ended]) => {
      await ended;
      left.delete(name);
    }),
  );
  await Promise.race([finished, late.promise]).finally(() => clearTimeout(timer));
  return [...left];
}
