import type { Reject } from "../core/reject.ts";
import type { EpochMs } from "../core/time/epoch.ts";
import type { CallHalf, SwitchCall } from "../core/usage/switch-call.ts";

/**
 * What a decoder makes of one row (a line, an XML element, a JSON document). Rows come in file order, each exactly
 * once.
 */
export interface DecodedRow {
  /** Line on which the row starts, from 1; in a binary format, the number of the record. */
  readonly line: number;
  /** Bytes of the file before the end of this row: everything up to here is accounted for. */
  readonly endOffset: number;
  /**
   * The row as it came, decoded to text, at most {@link RAW_TEXT_MAX} characters: for quarantine, open halves and
   * identity. Of a binary format, its bytes in hexadecimal, so that they can be read again.
   */
  readonly raw: string;
  readonly outcome: RowOutcome;
  /**
   * The switch's own number of the record, as written, whatever its outcome: a gap in them is a record that never came.
   */
  readonly sequence?: string | undefined;
}

export type RowOutcome =
  | { readonly kind: "call"; readonly call: SwitchCall }
  | { readonly kind: "half"; readonly half: CallHalf }
  /**
   * A record that is no call to be paid (heartbeat, ACK, the callee's copy): counted, not stored. `why` is shown in
   * totals.
   */
  | { readonly kind: "non-billable"; readonly why: string }
  /**
   * No record at all: header, type row, blank line, trailer. Not counted as a row; a trailer's totals are checked at
   * the end.
   */
  | {
      readonly kind: "framing";
      readonly what: "header" | "type-row" | "blank" | "trailer";
      readonly records?: number;
      readonly talkedS?: number;
    }
  | { readonly kind: "reject"; readonly reject: Reject };

export const RAW_TEXT_MAX = 65_536;

/** Turns the bytes of one file into rows. A decoder keeps at most one unfinished row in memory. */
export interface Decoder {
  push(chunk: Uint8Array): DecodedRow[];
  /** The file is over: the last unfinished row, and format-level faults (no header, XML not closed) as rejects. */
  end(): DecodedRow[];
}

/** What an operator sets for a source; every decoder gets all of it and uses what it needs. */
export interface DecoderSettings {
  /** IANA zone of the switch's local times; formats with UTC or epoch times ignore it. */
  readonly timeZone: string;
  /** A local time that happens twice (summer time ends): the first or the second occurrence. */
  readonly fold: "earlier" | "later";
  /** Replaces the format's own field mapping; required by the declarative formats. */
  readonly mapping: unknown;
  /** When the file was received: no record can be later than this plus a tolerance. */
  readonly receivedAt: EpochMs;
  /** How far ahead of `receivedAt` a record's end may lie before it is quarantined. */
  readonly futureToleranceS: number;
  /** How far the switch's own talk time may differ from answer-to-end by its clock; default in sanity.ts. */
  readonly driftToleranceS?: number;
  /**
   * Nothing of the input is missing: it is one message, or the switch never ends the last line. Else a last line
   * without its end waits, because it may have been cut off.
   */
  readonly isWhole?: boolean;
  /** The input is one row that was kept, behind the header rows of its file: nothing of the file is around it. */
  readonly isKeptRow?: true;
}

/** What a switch posted, as its format reads it from a file. */
export type UnwrappedPost =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | { readonly kind: "reject"; readonly reject: Reject };

/** One switch format: `src/mediation/formats/<name>.ts` exports exactly one. */
export interface SwitchFormat {
  /** The name an operator types: "freeswitch-csv". */
  readonly name: string;
  readonly title: string;
  /** "proven" on real records; "unproven" has only invented samples, and its docs say what to check on site. */
  readonly evidence: "proven" | "unproven";
  /** Its files are bytes, no text: they are not checked for being text, and a row's `raw` is hexadecimal. */
  readonly isBinary?: true;
  /** Reads tables as database clients export them: what they print for people instead is refused as a whole. */
  readonly isTableExport?: true;
  /** What tells its files from those of another format that reads them as well: a usual name, words near the start. */
  readonly hint?: { readonly fileName?: RegExp; readonly head?: RegExp };
  /** Takes the file out of a body that the switch posts wrapped in a form or an encoding, or says why there is none. */
  unwrapPost?(contentType: string | undefined, body: Uint8Array): UnwrappedPost;
  open(settings: DecoderSettings): Decoder;
}
