import { readFileSync } from "node:fs";
import { sharedData } from "./shared-data.ts";

/** What a switch and a client said to each other once: `<<<` came from the switch, `>>>` went to it. */
export interface RecordedTranscript {
  readonly received: readonly Buffer[];
  readonly sent: readonly string[];
}

/** The recorded transcript of that name; null, and a word on why, when this machine has it not. */
export function recordedTranscript(name: string): RecordedTranscript | null {
  const path = sharedData(`../rig/fixtures/${name}`);
  if (path === null) return null;
  const lines = readFileSync(path, "utf8").split("\n");
  const after = (mark: string) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  return {
    received: after("<<< ").map((line) => Buffer.from(JSON.parse(line))),
    sent: after(">>> ").map((line) => (line.startsWith('"') ? JSON.parse(line) : line)),
  };
}
