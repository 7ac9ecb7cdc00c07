import { expect, test } from "vitest";
import { serverSizes } from "./server-sizes.ts";

const GIB = 2 ** 30;

test.each([
  [0.25, 2, { sharedBuffersMib: 128, maxWalMib: 1_024 }, "a small container: no less than the server's own defaults"],
  [2, 20, { sharedBuffersMib: 512, maxWalMib: 2_048 }, "a small machine"],
  [24, 70, { sharedBuffersMib: 4_096, maxWalMib: 7_168 }, "a usual one"],
  [256, 4_000, { sharedBuffersMib: 4_096, maxWalMib: 8_192 }, "a large one: more makes each start slower"],
])("%d GiB of memory and %d GiB of free disk", (memory, disk, sizes, _why) => {
  expect(serverSizes(memory * GIB, disk * GIB)).toEqual(sizes);
});
