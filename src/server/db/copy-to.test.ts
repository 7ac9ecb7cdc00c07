import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";
import { copyTo } from "./copy-to.ts";

const message = (kind: string, body = ""): Buffer => {
  const head = Buffer.alloc(5);
  head.write(kind, 0, "latin1");
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body)]);
};

/** A socket that has the server's messages already, and hands out one at a time. */
class FullSocket extends EventEmitter {
  readonly left: Buffer[];

  constructor(messages: readonly Buffer[]) {
    super();
    this.left = [...messages];
    this.on("data", () => undefined); // pg's own
  }

  read(): Buffer | null {
    return this.left.shift() ?? null;
  }
  pause(): void {}
  resume(): void {}
}

test("what comes behind the last row is left to whom it belongs", async () => {
  const behind = [message("C", "COPY 2\0"), message("Z", "T")];
  const socket = new FullSocket([
    message("H", "\0\0\0"),
    message("d", "1\n"),
    message("d", "2\n"),
    message("c"),
    ...behind,
  ]);
  const rows = copyTo("copy t to stdout");
  rows.submit({ stream: socket, query: () => undefined } as never);
  const texts: string[] = [];
  rows.on("data", (chunk) => texts.push(String(chunk)));
  await once(rows, "end");
  expect(texts.join("")).toBe("1\n2\n");
  expect(socket.left).toEqual(behind);
});
