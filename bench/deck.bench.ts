import { epochMs } from "../src/core/time/epoch.ts";
import { isEmptyDiff } from "../src/decks/diff/deck-diff.ts";
import { diffDeck } from "../src/decks/diff/diff-deck.ts";
import { readDeck } from "../src/decks/read-deck.ts";
import { applyOperations } from "../test/support/apply-operations.ts";
import { bench } from "./bench.ts";
import { deckBytes } from "./deck-bytes.ts";

/**
 * An A–Z deck read and compared with the version in force, in which a tenth of the prices differ. The whole import,
 * with checks and publication, has 8 s for 200,000 rows; this part aims at 4 of them; the floor is the budget of 20 s,
 * halved.
 */
bench(
  "deck: read and compare",
  { smoke: 2_000, full: 200_000, unit: "rows", floor: 20_000, goal: 50_000 },
  (n, meter) => {
    const now = epochMs(Date.UTC(2026, 2, 1));
    const first = readDeck(deckBytes(n, 0));
    const current = applyOperations([], diffDeck({ rows: first.rows, current: [], mode: "full", now }).operations);
    const bytes = deckBytes(n, 1);
    meter.start();
    const reading = readDeck(bytes);
    const diff = diffDeck({ rows: reading.rows, current, mode: "full", now });
    meter.stop();
    const changed = Math.ceil(n / 10);
    if (diff.counts.increase !== changed) throw new Error(`${diff.counts.increase} increases instead of ${changed}`);
    const after = applyOperations(current, diff.operations);
    if (!isEmptyDiff(diffDeck({ rows: reading.rows, current: after, mode: "full", now }))) {
      throw new Error("the same deck again changes something");
    }
    const sum = reading.rows.reduce(
      (total, { ratePerUnit }) => total + ratePerUnit.units * 10n ** BigInt(4 - ratePerUnit.scale),
      0n,
    );
    return { checksum: sum, verified: { rows: reading.counts.rows, increases: diff.counts.increase } };
  },
);
