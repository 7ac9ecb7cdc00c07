/** How one kind of file separates and quotes its fields. */
export interface CsvDialect {
  /** One character of ASCII: "," ";" "|" or a tab. "" where a whole line is one field. */
  readonly delimiter: string;
  readonly quoting: Quoting;
  /** Whether a quoted field may go on over a line end. Switches write one record a line; spreadsheets may not. */
  readonly newlinesInQuotes: boolean;
  /** Spaces around a field and around its quotes are not part of it: `a, "b"`. */
  readonly trim: boolean;
}

/**
 * - `doubled`: RFC 4180, a quote inside quotes is written twice. Anything else after a closing quote is broken.
 * - `backslash`: fields may be quoted, and a backslash takes the next character as it is, inside quotes or not.
 * - `unescaped`: the writer quotes but escapes nothing (FreeSWITCH): a quote ends a field only where a delimiter or the
 *   end of the line follows, every other quote is text.
 * - `escaped`: quotes are text, and a backslash takes the next character as it is.
 * - `none`: quotes are text.
 */
export const QUOTINGS = ["doubled", "backslash", "unescaped", "escaped", "none"] as const;
export type Quoting = (typeof QUOTINGS)[number];

/** What a comma-separated file is unless something else is known. */
export const RFC_4180: CsvDialect = { delimiter: ",", quoting: "doubled", newlinesInQuotes: true, trim: false };

/** Lines that are not cut into fields. */
export const WHOLE_LINES: CsvDialect = { delimiter: "", quoting: "none", newlinesInQuotes: false, trim: false };
