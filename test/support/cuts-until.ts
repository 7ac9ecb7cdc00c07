import { expect } from "vitest";
import { type CutsWatch, watchCuts } from "../../src/server/cuts/watch-cuts.ts";
import type { Database } from "../../src/server/db/database.ts";
import type { CallCutter } from "../../src/server/switches/call-cutter.ts";

/** Carries out cuts through one cutter until so many are done; answers why each was asked for, and what came of it. */
export async function cutsUntil(db: Database, cutter: CallCutter | null, count: number): Promise<readonly string[]> {
  if (cutter === null) throw new Error("a cutter");
  const done: string[] = [];
  const stopping = new AbortController();
  const watch: CutsWatch = {
    asked: () => undefined,
    cut: ({ reason }, { kind }) => {
      done.push(`${reason} ${kind}`);
      if (done.length === count) stopping.abort();
    },
    failed: expect.fail,
  };
  await watchCuts(db, [cutter], { watch, signal: stopping.signal });
  return done;
}
