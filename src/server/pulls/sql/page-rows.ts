import { uuidText } from "../../db/binary-copy.ts";
import type { ArrivedRow } from "../../mediation/arrived-row.ts";
import type { OpenedSource } from "../../mediation/open-source.ts";
import { rawHash } from "../../usage/identity.ts";
import { headerLines, type PageForm, pageText } from "./page-text.ts";
import type { TablePage } from "./table-reader.ts";

/** What a page's rows are, read by the source's format. */
export interface DecodedPage {
  readonly preamble: string;
  /** One a row of the page, in order; undefined where the format passes the row over. */
  readonly rows: readonly (ArrivedRow | undefined)[];
  readonly sizeBytes: number;
}

/**
 * Reads a page as a small file of the source's format. All its rows, those that are stored included: equal rows are
 * told apart by their order.
 */
export function decodePage({ format, settings }: OpenedSource, form: PageForm, page: TablePage): DecodedPage {
  const bytes = Buffer.from(pageText(form, page), "utf8");
  const decoder = format.open({ ...settings, isWhole: true });
  const header: string[] = [];
  const rows: (ArrivedRow | undefined)[] = page.rows.map(() => undefined);
  const firstLine = headerLines(form) + 1;
  for (const { line, raw, outcome, sequence } of [...decoder.push(bytes), ...decoder.end()]) {
    const place = line - firstLine;
    // What is found at the end of a file, such as a trailer that is missing, is of no row.
    if (outcome.kind !== "framing" && place < rows.length && raw !== "") rows[place] = { line, raw, outcome, sequence };
    if (outcome.kind === "framing" && place < 0) header.push(raw);
  }
  return { preamble: header.join("\n"), rows, sizeBytes: bytes.length };
}

/** What each row is known by when it is read again: all its values, and its number among equal ones. */
export function hashesOf({ rows }: Pick<TablePage, "rows">): readonly string[] {
  const seen = new Map<string, number>();
  return rows.map(({ values }) => {
    const text = JSON.stringify(values);
    const number = (seen.get(text) ?? 0) + 1;
    seen.set(text, number);
    return uuidText(rawHash(`${number} ${text}`));
  });
}
