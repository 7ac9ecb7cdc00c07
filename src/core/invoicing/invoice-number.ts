import { invariant } from "../invariant.ts";

/**
 * How a series numbers its invoices: text with `{number}` or `{number:6}` (zero-padded) once, and `{year}` and
 * `{month}` as often as wanted: "INV-{year}-{number:5}" makes INV-2026-00042.
 */
export interface NumberPattern {
  readonly parts: readonly NumberPart[];
}

type NumberPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "year" | "month" }
  | { readonly kind: "number"; readonly width: number };

/** The only door from text to a pattern; undefined unless it has exactly one number and no unknown braces. */
export function parseNumberPattern(text: string): NumberPattern | undefined {
  const parts = text
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== "")
    .map(parsePart);
  if (parts.includes(undefined)) return undefined;
  const known = parts.filter((part) => part !== undefined);
  return known.filter(({ kind }) => kind === "number").length === 1 ? { parts: known } : undefined;
}

function parsePart(part: string): NumberPart | undefined {
  if (part === "{year}") return { kind: "year" };
  if (part === "{month}") return { kind: "month" };
  const number = /^\{number(?::([1-9]|1[0-2]))?\}$/.exec(part);
  if (number) return { kind: "number", width: Number(number[1] ?? "1") };
  return /[{}#\s]/.test(part) ? undefined : { kind: "text", text: part };
}

/**
 * The series that an invoice of this date counts in: the number it would have, with "#" for the counter. A pattern with
 * the year in it starts again at 1 each year. The counter row of a series is locked until the invoice commits, so it
 * has no gaps.
 */
export const numberSeries = (pattern: NumberPattern, issueDate: Temporal.PlainDate): string =>
  written(pattern, issueDate, () => "#");

/** The number itself. `counter` starts at 1. */
export function invoiceNumber(pattern: NumberPattern, issueDate: Temporal.PlainDate, counter: bigint): string {
  invariant(counter >= 1n, `an invoice series counts from 1, got ${counter}`);
  return written(pattern, issueDate, (width) => counter.toString().padStart(width, "0"));
}

function written(pattern: NumberPattern, date: Temporal.PlainDate, count: (width: number) => string): string {
  return pattern.parts
    .map((part) => {
      switch (part.kind) {
        case "text":
          return part.text;
        case "year":
          return date.year.toString().padStart(4, "0");
        case "month":
          return date.month.toString().padStart(2, "0");
        case "number":
          return count(part.width);
        default:
          return part satisfies never;
      }
    })
    .join("");
}
