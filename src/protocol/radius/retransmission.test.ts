import { expect, test } from "vitest";
import { nextWaitMs, RETRANSMISSION } from "./retransmission.ts";

/** Waits until it is given up, with one number for chance. */
function waits(random: number): number[] {
  const all: number[] = [];
  for (let totalMs = 0; ; ) {
    const wait = nextWaitMs({ times: all.length, lastWaitMs: all.at(-1) ?? 0, totalMs }, random, RETRANSMISSION);
    if (wait === undefined) return all;
    all.push(wait);
    totalMs += wait;
  }
}

test.each<[number, number[], string]>([
  // chance, waits, why
  [0.5, [2_000, 4_000, 8_000, 16_000], "the middle: twice as long each time, and 30 s in all"],
  [0, [1_800, 3_420, 6_498, 12_347, 5_935], "a tenth less; the last is cut to 30 s"],
  [0.999_999, [2_200, 4_620, 9_702, 13_478], "a tenth more"],
])("with chance %d the waits are %j (%s)", (random, expected) => {
  expect(waits(random)).toEqual(expected);
});
