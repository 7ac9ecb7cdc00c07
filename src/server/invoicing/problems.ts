import { Problem } from "../../core/problem.ts";

export const invoiceNotPrintable = (args: { readonly number: string; readonly said: string }) =>
  new Problem("invoice-not-printable", {
    what: `Invoice ${args.number} could not be printed. The typesetter says: ${args.said}`,
    fix: "Check that the logo is a whole PNG or SVG file and that the accent colour is written like #0f4c5c.",
  });

export const letterheadInvalid = (args: { readonly field: string; readonly value: string; readonly wanted: string }) =>
  new Problem("letterhead-invalid", {
    what: `The letterhead's ${args.field} is "${args.value}", which is not ${args.wanted}.`,
    fix: "Correct the letterhead of the tenant or the account in the setup file, apply it, and bill again.",
  });

export const periodInvalid = (args: { readonly given: string }) =>
  new Problem("period-invalid", {
    what: `"${args.given}" is no billing period.`,
    fix: "Name a month such as 2026-03, or give --from and --to as dates, --to being the first day that is not billed.",
  });

export const periodNotOver = (args: { readonly period: string; readonly endAt: string }) =>
  new Problem("period-not-over", {
    what: `The period ${args.period} is not over before ${args.endAt}.`,
    fix: "Bill it then; until then `tollwright bill preview` shows what it would come to.",
  });

export const invoiceUnknown = (args: { readonly number: string }) =>
  new Problem("invoice-unknown", {
    what: `There is no invoice "${args.number}".`,
    fix: "Look for its number with `tollwright invoice list`.",
  });

export const refundAbovePayments = (args: { readonly number: string; readonly paid: string }) =>
  new Problem("refund-above-payments", {
    what: `Of invoice ${args.number} ${args.paid} came in, which is less than is to go back.`,
    fix: "Refund at most what was paid; what else a customer is owed is a credit.",
  });

export const invoiceAmbiguous = (args: { readonly number: string }) =>
  new Problem("invoice-ambiguous", {
    what: `Several resellers have an invoice "${args.number}".`,
    fix: "Name the one whose it is: `--seller CODE`.",
  });
