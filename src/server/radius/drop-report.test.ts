import { expect, test } from "vitest";
import { type DropNotice, DropReport } from "./drop-report.ts";

test("a flood is counted whole and told once in ten seconds, each reason for itself", () => {
  const clock = { ms: 5 };
  const notices: DropNotice[] = [];
  const report = new DropReport(
    (notice) => notices.push(notice),
    () => clock.ms,
  );
  for (let count = 0; count < 1_000; count += 1) report.drop("client-unknown", `10.0.0.${count % 256}`);
  report.drop("too-short", "10.0.0.1");
  clock.ms = 10_005;
  report.drop("client-unknown", "10.0.0.9");
  expect(notices).toEqual([
    { reason: "client-unknown", address: "10.0.0.0", times: 1, error: undefined },
    { reason: "too-short", address: "10.0.0.1", times: 1, error: undefined },
    { reason: "client-unknown", address: "10.0.0.9", times: 1_000, error: undefined },
  ]);
  expect([...report.counts]).toEqual([
    ["client-unknown", 1_001],
    ["too-short", 1],
  ]);
});
