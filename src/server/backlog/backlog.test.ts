import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Backlog } from "./backlog.ts";
import { backlogIdOf } from "./backlog-id.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-backlog-"));
});
afterEach(async () => await rm(folder, { recursive: true }));

test("a line that is longer than what is read at a time is read whole, and keeps nobody behind it", async () => {
  const backlog = await Backlog.open(folder, { bytesMax: 1 << 20, onFault: (error) => expect(error).toBeUndefined() });
  const taken = ["short", "long".repeat(100), "last"];
  for (const line of taken) expect(backlog.add(Buffer.from(line))).toBe(true);
  await backlog.settled();
  const read: string[] = [];
  let place = { segment: 0, offset: 0 };
  for (;;) {
    const piece = await backlog.read(place, 16);
    if (piece === undefined) break;
    read.push(...piece.lines.toString().split("\n").slice(0, -1));
    place = piece.end;
  }
  expect(read).toEqual(taken);
  await backlog.close();
});

test("a folder's backlogs have one name, however many ask for it at once, and nothing else is left in the folder", async () => {
  const names = await Promise.all(Array.from({ length: 20 }, () => backlogIdOf(folder)));
  expect(new Set(names).size).toBe(1);
  expect(await backlogIdOf(folder)).toBe(names[0]);
  expect(await readdir(folder)).toEqual(["backlog-id"]);
});
