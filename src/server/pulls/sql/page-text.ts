import type { Source } from "../../mediation/source.ts";
import type { TablePage } from "./table-reader.ts";

/** How a page is written for a source's format: CSV with a header row, or one JSON document a row. */
export type PageForm = { readonly kind: "csv"; readonly delimiter: string } | { readonly kind: "ndjson" };

/**
 * The form that a source reads: that of its mapping's layout, else CSV. undefined: its mapping reads lines without a
 * header, of which nobody can say which columns they have.
 */
export function pageFormOf({ config }: Pick<Source, "config">): PageForm | undefined {
  const mapping = property(config.mapping, "layout") ?? config.mapping;
  const [kind, delimiter, records] = ["kind", "delimiter", "records"].map((key) => property(mapping, key));
  if (kind === "ndjson" || (kind === "json" && records === undefined)) return { kind: "ndjson" };
  const hasHeader = kind === undefined || (kind === "csv" && property(mapping, "header") === true);
  return hasHeader ? { kind: "csv", delimiter: typeof delimiter === "string" ? delimiter : "," } : undefined;
}

const property = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

/**
 * A page as the text of a small file, one line a row: CSV with its header, every field quoted that needs it, or JSON
 * documents of strings. NULL is an empty field, or left out of the document. Line breaks within a value become spaces:
 * a row is a line.
 */
export function pageText(form: PageForm, { columns, rows }: Pick<TablePage, "columns" | "rows">): string {
  const lines =
    form.kind === "csv"
      ? [columns, ...rows.map(({ values }) => values)].map((values) => csvLine(form.delimiter, values))
      : rows.map(({ values }) => jsonLine(columns, values));
  return `${lines.join("\n")}\n`;
}

/** Lines before that of the first row. */
export const headerLines = (form: PageForm): number => (form.kind === "csv" ? 1 : 0);

/** An empty line is no row: a row of one empty field is written in quotes. */
const csvLine = (delimiter: string, values: readonly (string | null)[]): string =>
  values.map((value) => csvField(delimiter, oneLine(value ?? ""))).join(delimiter) || '""';

const csvField = (delimiter: string, text: string): string =>
  text.includes(delimiter) || /"|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const jsonLine = (columns: readonly string[], values: readonly (string | null)[]): string =>
  JSON.stringify(
    Object.fromEntries(
      columns.flatMap((column, index) => {
        const value = values[index];
        return value === null || value === undefined ? [] : [[column, oneLine(value)]];
      }),
    ),
  );

const oneLine = (text: string): string => text.replace(/\r\n|[\r\n]/g, " ").replaceAll("\0", "");
