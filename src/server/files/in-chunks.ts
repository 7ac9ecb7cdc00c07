/** Text that is given to a file at once; a stream of single rows spends most of its time on the stream. */
const CHUNK_CHARACTERS = 65_536;

/**
 * A heading and rows as text in chunks of some 64 kB. Holds one chunk, so millions of rows take no more memory than
 * ten.
 */
export async function* inChunks<Row>(
  heading: string,
  rows: Iterable<Row> | AsyncIterable<Row>,
  textOf: (row: Row) => string,
): AsyncGenerator<string> {
  let chunk = heading;
  for await (const row of rows) {
    chunk += textOf(row);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
