import { Problem } from "../../core/problem.ts";

export const journalKeyReused = (args: { readonly key: string; readonly bookId: string }) =>
  new Problem("journal-key-reused", {
    what: `A journal with the key "${args.key}" is already in book ${args.bookId}, made from other input.`,
    fix: "Use a new reference for a new money movement; send the same reference only to repeat the same one.",
  });
