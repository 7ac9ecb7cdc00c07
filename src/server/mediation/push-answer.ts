import type { RowFate } from "./arrived-row.ts";
import type { RowCounts } from "./row-counts.ts";

/** What became of one record of a post. */
export interface PushedRecord {
  /** On which it begins in the body, from 1. */
  readonly line: number;
  readonly fate: RowFate;
  /** Of a record that waits in quarantine: a reject code, what is wrong and how to mend it. */
  readonly reason?: { readonly code: string; readonly what: string; readonly fix: string };
}

/** The sender posts records of another switch's format, or the source has the wrong one. */
export interface OtherFormat {
  /** Those that the body looks like. */
  readonly formats: string[];
  readonly what: string;
  readonly fix: string;
}

/** What became of a post. `records` are there where the sender asked for them. */
export interface PushAnswer extends RowCounts {
  readonly records?: PushedRecord[];
  /** Of a body of which the source could use nothing, and which looks like another format. */
  readonly otherFormat?: OtherFormat;
}
