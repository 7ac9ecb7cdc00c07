import { fstatSync, writeSync } from "node:fs";
import { Writable } from "node:stream";

/**
 * A standard stream that writes everything or fails. Where it goes to a file, Node's own stream writes once and takes
 * no notice of how much of it the system took: a disk that fills up would cut off an answer, and the command end well.
 */
export function wholeOutput(stream: NodeJS.WriteStream & { readonly fd: number }): Writable {
  if (!fstatSync(stream.fd).isFile()) return stream;
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        for (let at = 0; at < chunk.length; ) at += writeSync(stream.fd, chunk, at);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
