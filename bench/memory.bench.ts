import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { Operator } from "../test/support/operator.ts";
import { bench } from "./bench.ts";
import { withDatabase } from "./own-database.ts";
import { buildDeck, DECK_TERMS } from "./rating-deck.ts";

const TARIFFS = 10;
const PROCESS = resolve(import.meta.dirname, "memory-process.ts");

/** Ten decks in the memory of a process that has just loaded them; its garbage counts, the database server does not. */
bench("memory: ten tariffs loaded", { smoke: 2_000, full: 200_000, unit: "prefixes of each" }, (n, meter) =>
  withDatabase(async (db) => {
    const operator = await Operator.create(db);
    for (let i = 0; i < TARIFFS; i++) await operator.tariff(`carrier ${i}`, buildDeck(i, n), [], DECK_TERMS);
    meter.start();
    const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, db.url, operator.tenantId]);
    meter.stop();
    const { rssMiB, prefixes } = JSON.parse(stdout) as { rssMiB: number; prefixes: number };
    if (prefixes !== TARIFFS * n) throw new Error(`${prefixes} prefixes instead of ${TARIFFS * n}`);
    return {
      checksum: BigInt(prefixes),
      verified: { prefixes },
      figures: [{ name: "resident memory", value: rssMiB, unit: "MiB", max: 1_024, goal: 400 }],
    };
  }),
);
