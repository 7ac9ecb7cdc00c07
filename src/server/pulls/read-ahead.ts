/** Bytes at an offset: fewer than asked for at the end or from a server that gives less; none past the end. */
export type ReadAt = (position: number, lengthBytes: number) => Promise<Uint8Array>;

/** What every server of files gives at a time. */
const READ_BYTES = 32 * 1024;
/** Requests under way: a server 100 ms away then gives 10 MB a second, and not 320 kB. */
const WINDOW = 32;

/**
 * The bytes of a file from `position` to its end, in order, with several reads under way. Errors: those of `read`; no
 * read is left unanswered then.
 */
export async function* readAhead(read: ReadAt, position: number): AsyncGenerator<Uint8Array> {
  let lengthBytes = READ_BYTES;
  let next = position;
  let expected = position;
  let underWay: Promise<Uint8Array>[] = [];
  try {
    for (;;) {
      for (; underWay.length < WINDOW; next += lengthBytes) {
        const reading = read(next, lengthBytes);
        reading.catch(() => undefined); // told when its turn comes
        underWay.push(reading);
      }
      const chunk = await (underWay.shift() as Promise<Uint8Array>);
      if (chunk.length === 0) return;
      yield chunk;
      expected += chunk.length;
      if (chunk.length === lengthBytes) continue;
      await Promise.allSettled(underWay); // they were asked for further on than the file now goes on
      underWay = [];
      lengthBytes = chunk.length;
      next = expected;
    }
  } finally {
    await Promise.allSettled(underWay);
  }
}
