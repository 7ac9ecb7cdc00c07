import { nanos } from "../money/nanos.ts";
import { Problem } from "../problem.ts";
import { inputText, type Journal } from "./journal.ts";

/** A reversal is final: to take it back, write the original entry again under a new key. */
export const journalIsReversal = ({ key }: Pick<Journal, "key">) =>
  new Problem("journal-is-reversal", {
    what: `Journal ${key} is itself a reversal and cannot be reversed.`,
    fix: "Post the original entry again under a new key.",
  });

/**
 * The journal that takes `journal` back: every amount negated, in reverse order. Its key follows from the original's,
 * so a second reversal is the same write and changes nothing. Errors: Problem `journal-is-reversal`.
 */
export function reverse(journal: Journal, effectiveDate: Temporal.PlainDate): Journal {
  if (journal.kind === "reversal") throw journalIsReversal(journal);
  return {
    bookId: journal.bookId,
    kind: "reversal",
    key: `reversal/${journal.key}`,
    inputText: inputText(journal.key),
    effectiveDate,
    reversesKey: journal.key,
    postings: journal.postings.map(({ account, amount }) => ({ account, amount: nanos(-amount) })).reverse(),
  };
}
