import { afterAll, beforeAll, expect, test } from "vitest";
import { watchReplays } from "../../src/server/allowance/watch-replays.ts";
import { PackagesWorld } from "./packages-world.ts";

let world: PackagesWorld;
beforeAll(async () => {
  world = await PackagesWorld.create({
    packages: [{ name: "talk", allowances: [{ name: "free", minutes: 2 }] }],
    has: { anna: [{ package: "talk", from: "2026-03-01" }] },
  });
});
afterAll(() => world?.db.drop());

test("calls that came out of their turn are replayed while the process runs, and nothing is done twice", async () => {
  const call = (key: string, answered: string) => ({ code: "anna", answered, talkedS: 120, key });
  await world.import([call("later", "2026-03-20T10:00:00")]);
  await world.import([call("earlier", "2026-03-02T10:00:00")]);
  expect(await world.stale()).toBe(1);
  const [ended, seen] = [new AbortController(), [] as string[]];
  const report = {
    replayed: (tenant: string, { months }: { readonly months: number }) => {
      seen.push(`${tenant}: ${months}`);
      ended.abort();
    },
    failed: (tenant: string, error: unknown) => seen.push(`${tenant}: ${String(error)}`),
    tenantsFailed: (error: unknown) => seen.push(String(error)),
  };
  await watchReplays(world.db, report, { signal: ended.signal });
  expect(seen).toEqual([expect.stringMatching(/: 1$/)]);
  expect(await world.stale()).toBe(0);
  expect(await world.charged()).toEqual(
    (await world.charged()).map((line) => expect.stringContaining(line.startsWith("earlier") ? " 0 " : " 0.12 ")),
  );
});
