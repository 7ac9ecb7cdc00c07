import { expect, test } from "vitest";
import { type DiameterNotice, DiameterReport } from "./diameter-report.ts";

test("a flood is one line in ten seconds, which says how many there were", () => {
  let nowMs = 0;
  const told: Pick<DiameterNotice, "event" | "times">[] = [];
  const report = new DiameterReport(
    ({ event, times }) => told.push({ event, times }),
    () => nowMs,
  );
  for (let each = 0; each < 1_000; each += 1) report.add("stranger", "192.0.2.9");
  report.add("too-busy", "gw.example");
  nowMs = 10_000;
  report.add("stranger", "192.0.2.9");
  expect(told).toEqual([
    { event: "stranger", times: 1 },
    { event: "too-busy", times: 1 },
    { event: "stranger", times: 1_000 },
  ]);
  expect(report.counts.get("stranger")).toBe(1_001);
});

test("who connects and who leaves is always told", () => {
  const told: string[] = [];
  const report = new DiameterReport(
    ({ event, peer }) => told.push(`${event} ${peer}`),
    () => 0,
  );
  for (const peer of ["a", "b"]) report.add("connected", peer);
  report.add("disconnected", "a");
  expect(told).toEqual(["connected a", "connected b", "disconnected a"]);
});
