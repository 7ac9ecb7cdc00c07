import { Problem } from "../../core/problem.ts";

export const numberUnreadable = (args: { readonly text: string }) =>
  new Problem("number-unreadable", {
    what: `"${args.text}" is no number that can be rated.`,
    fix: "Write it with its country code, such as +493090182, or the digits of a short code, such as 112.",
  });
