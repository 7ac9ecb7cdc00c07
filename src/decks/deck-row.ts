import type { Currency } from "../core/money/currency.ts";
import type { Decimal } from "../core/money/decimal.ts";
import type { Reject } from "../core/reject.ts";
import type { OriginZone } from "../core/tariff/origin-zone.ts";
import type { Increments, RateSlot } from "../core/tariff/rate.ts";
import type { EpochMs } from "../core/time/epoch.ts";
import type { DeckEncoding } from "./table/encoding.ts";
import type { DeckField } from "./template.ts";

/**
 * What the carrier says a row does. Information only: the diff decides by prices, and a row marked `closed` ends a
 * rate.
 */
export type DeckStatus = "new" | "increase" | "decrease" | "unchanged" | "closed" | "blocked";

/** The price of one prefix as a deck gives it; a deck row with several codes makes several of these. */
export interface DeckRow {
  /** Line of the file, or row of the sheet, from 1. */
  readonly line: number;
  /** E.164 digits; "" (written `*`) is the default rate. */
  readonly prefix: string;
  /** The code cell as it came, for display: "9180-9189" gives the prefix 918. */
  readonly codeText: string;
  readonly destination: string;
  /** `price`: a rate; `blocked`: calls are refused; `closed`: the carrier no longer sells it. */
  readonly kind: "price" | "blocked" | "closed";
  readonly status: DeckStatus | null;
  /** Zero unless `kind` is `price`. */
  readonly ratePerUnit: Decimal;
  /** Seconds that `ratePerUnit` pays for. */
  readonly unitS: number;
  /** Decimals as written, trailing zeros included; 0 when the cell had no decimal mark. Evidence for lost points. */
  readonly writtenDecimals: number;
  readonly increments: Increments;
  /** The price of what follows the first interval, where it is another one; null: the deck does not speak of it. */
  readonly slots: readonly RateSlot[] | null;
  readonly connectFee: Decimal;
  /** null: the deck does not say; the diff then takes the time of import. */
  readonly effectiveFrom: EpochMs | null;
  readonly effectiveTo: EpochMs | null;
  readonly currency: Currency | null;
  readonly comment: string;
  /** The zone of callers that the price is for; null: from anywhere. */
  readonly origin: string | null;
}

/** A deck row that cannot be used, with the row as it came. */
export interface RejectedRow {
  readonly line: number;
  readonly raw: string;
  readonly reject: Reject;
}

/** Something the operator should know that stops nothing. */
export interface DeckWarning {
  readonly code:
    | "date-order-assumed"
    | "zero-rates-free"
    | "jurisdiction-prices"
    | "origin-prices"
    | "rates-in-cents"
    | "mixed-currencies"
    | "status-unknown"
    | "columns-inferred"
    | "increments-assumed"
    | "title-date-not-read"
    | "prices-not-read"
    | "columns-not-read"
    | "sheets-not-read"
    | "surcharges-not-read"
    | "hidden-read"
    | "nanp-codes-completed"
    | "code-range-expanded";
  readonly what: string;
}

/** What was found out about the file; shown to the operator, who can pin any of it in a template. */
export interface DetectedLayout {
  readonly format: "text" | "workbook";
  readonly encoding: DeckEncoding | null;
  readonly delimiter: string | null;
  readonly sheet: string | null;
  /** Line of the header, or null when there is none and the columns were told apart by content. */
  readonly headerLine: number | null;
  /** Column number, from 1, and header text per field. */
  readonly columns: Readonly<Partial<Record<DeckField, { readonly column: number; readonly header: string }>>>;
  readonly decimal: "." | ",";
  readonly dateOrder: "dmy" | "mdy" | "ymd" | null;
  readonly currency: Currency | null;
  readonly ratePer: "minute" | "second" | "increment" | `${number} seconds`;
}

export interface DeckReading {
  readonly rows: readonly DeckRow[];
  /** Of the origins that rows name, those that the deck or its template explains; the tariff has to know the others. */
  readonly zones: readonly OriginZone[];
  readonly rejected: readonly RejectedRow[];
  readonly warnings: readonly DeckWarning[];
  readonly detected: DetectedLayout;
  readonly counts: {
    /** Rows that carry a code or a price: `loadedRows + rejectedRows`. */
    readonly rows: number;
    readonly loadedRows: number;
    readonly rejectedRows: number;
    /** Titles, blank-coded headings and footers, which carry neither. */
    readonly notes: number;
    /** Different prefixes among the loaded rows. */
    readonly prefixes: number;
  };
}
