import type { EpochMs } from "../../core/time/epoch.ts";
import type { DecoderSettings, SwitchFormat } from "../../mediation/decoder.ts";
import type { Desk } from "./prepare-call.ts";

/** Where a batch of rows comes from, and how it is read. */
export interface BatchSource {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly fileId: string;
  readonly batchId: bigint;
  readonly format: SwitchFormat;
  readonly settings: DecoderSettings;
  readonly desk: Desk;
  /** The rows come from quarantine and not from the file: their own place in its counts moves. */
  readonly retrying: boolean;
  /** Sees to it that usage of these times has a partition to go to. */
  readonly makePartitions: (times: Iterable<EpochMs>) => Promise<void>;
}

/**
 * Keeps batches of one import in order while the heavy middle of one, which waits for nobody, overlaps the next one's
 * start. A batch takes identities only after the one before has all of its own, and touches everything that two batches
 * may share (parts, quarantine, books, the file) only after the one before has committed; so neither can ever wait for
 * a later one.
 */
export interface Turn {
  readonly mayClaim: Promise<void>;
  readonly onClaimed: () => void;
  readonly mayFinish: Promise<void>;
}
