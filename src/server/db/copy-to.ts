import { to } from "pg-copy-streams";

/** What pg-copy-streams 7.0.0 does with what the server sends: answers whether it wants to be given more at once. */
interface Parsing {
  _buffer: object | null;
  _parse(chunk: Buffer): boolean | undefined;
}

/**
 * `COPY … TO STDOUT` as the stream of its bytes, to be given to `client.query`. How many rows they were is known once
 * the server has answered the next statement.
 *
 * After the last byte the library goes on to read what is not its own, and fails, when that happens to be there
 * already: on a busy machine, now and then. So it is told then that nothing more is wanted.
 */
export function copyTo(statement: string): ReturnType<typeof to> {
  const rows = to(statement);
  const parsing = rows as unknown as Parsing;
  const parse = parsing._parse.bind(rows);
  parsing._parse = (chunk) => {
    const isWanted = parse(chunk);
    return parsing._buffer === null ? false : isWanted;
  };
  return rows;
}
