import { crc32 } from "node:zlib";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { ChargingAnswer, ChargingRequest } from "../charging/charging-request.ts";

/** What may be lost with a call that was granted blindly. */
export interface Risk {
  readonly accountId: string;
  /** In the account's currency, as decimal text. */
  readonly amount: string;
}

/** A request that was answered while the database was away. */
export interface JournalEntry {
  readonly at: EpochMs;
  /** As it is decided later: with `told` where the answer has to stand. */
  readonly request: ChargingRequest;
  readonly answer: ChargingAnswer;
  readonly risks: readonly Risk[];
}

const sumOf = (json: string): string => crc32(json).toString(16).padStart(8, "0");

/** An entry as a line of the journal, without its end. */
export function writeEntry(entry: JournalEntry): Uint8Array {
  const json = JSON.stringify(entry);
  return Buffer.from(`${sumOf(json)} ${json}`);
}

/** Reads a line that {@link writeEntry} wrote; undefined: the disk has not kept it as it was. */
export function readEntry(line: string): JournalEntry | undefined {
  const json = line.slice(9);
  return line.startsWith(`${sumOf(json)} `) ? (JSON.parse(json) as JournalEntry) : undefined;
}
