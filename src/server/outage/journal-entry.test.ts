import { expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import { type JournalEntry, readEntry, writeEntry } from "./journal-entry.ts";

const entry: JournalEntry = {
  at: epochMs(1_772_352_000_000),
  request: {
    ...{ kind: "stop", sourceId: "s", requestKey: "stop\n€", key: "a", leg: "", answeredAt: null },
    ...{ endedAt: epochMs(1_772_352_000_000), talkedMs: 0, counted: "whole-call", reportedS: null, cause: NO_CAUSE },
    ...{ recordKey: null, isGivenUp: false, attempt: null, told: { kind: "closed", fate: "journalled" } },
  },
  answer: { kind: "closed", fate: "journalled" },
  risks: [{ accountId: "a", amount: "0.02" }],
};

test("an entry is read as it was written, in one line", () => {
  const line = Buffer.from(writeEntry(entry)).toString();
  expect(line).not.toContain("\n");
  expect(readEntry(line)).toEqual(entry);
});

test("a line that the disk has cut or changed is none, wherever it is", () => {
  const line = Buffer.from(writeEntry(entry)).toString();
  for (let at = 0; at < line.length; at += 1) {
    expect(readEntry(line.slice(0, at))).toBeUndefined();
    expect(readEntry(`${line.slice(0, at)}\u0000${line.slice(at + 1)}`)).toBeUndefined();
  }
});
