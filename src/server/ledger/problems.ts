import { Problem } from "../../core/problem.ts";

export const journalKeyReused = (args: { readonly key: string; readonly bookId: string }) =>
  new Problem("journal-key-reused", {
    what: `A journal with the key "${args.key}" is already in book ${args.bookId}, made from other input.`,
    fix: "Use a new reference for a new money movement; send the same reference only to repeat the same one.",
  });

export const accountNotPrepaid = (args: { readonly code: string }) =>
  new Problem("account-not-prepaid", {
    what: `Account "${args.code}" is postpaid: it has no wallet to top up.`,
    fix: "Name a prepaid account. Payments of invoices are not booked by Tollwright yet.",
  });

export const currencyDiffers = (args: { readonly code: string; readonly is: string; readonly given: string }) =>
  new Problem("currency-differs", {
    what: `Account "${args.code}" is kept in ${args.is}, and the amount is in ${args.given}.`,
    fix: `Send the amount in ${args.is}.`,
  });
