import type { EpochMs } from "../../core/time/epoch.ts";
import type { ArchivedTable, Figure } from "./archived-tables.ts";

/** A file of the archive. */
export interface ArchiveFile {
  readonly table: ArchivedTable;
  /** Below the archive's folder. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
  readonly figures: readonly Figure[];
}

/** One part of a month in the archive, or one that was there. */
export interface Archive {
  readonly id: string;
  /** "2026-03". */
  readonly month: string;
  readonly part: number;
  readonly state: "archived" | "restored" | "deleted";
  readonly calls: number;
  readonly archivedAt: EpochMs;
  readonly archivedBy: string;
  readonly endedAt: EpochMs | null;
  readonly endedBy: string | null;
  readonly files: readonly ArchiveFile[];
}
