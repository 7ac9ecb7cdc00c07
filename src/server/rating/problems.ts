import { Problem } from "../../core/problem.ts";

export const numberUnreadable = (args: { readonly text: string }) =>
  new Problem("number-unreadable", {
    what: `"${args.text}" is no number that can be rated.`,
    fix: "Write it with its country code, such as +493090182, or the digits of a short code, such as 112.",
  });

/** Amounts of two currencies are to stand in one sum, and no rate says how. */
export const exchangeRateUnknown = (args: { readonly from: string; readonly to: string; readonly date: string }) =>
  new Problem("exchange-rate-unknown", {
    what: `There is no exchange rate from ${args.from} to ${args.to} on ${args.date}.`,
    fix: "Add one dated on or before that day (`tollwright apply`, exchangeRates), then try again.",
  });
