import { Problem } from "../../core/problem.ts";

export const invoiceNotPrintable = (args: { readonly number: string; readonly said: string }) =>
  new Problem("invoice-not-printable", {
    what: `Invoice ${args.number} could not be printed. The typesetter says: ${args.said}`,
    fix: "Check that the logo is a whole PNG or SVG file and that the accent colour is written like #0f4c5c.",
  });
