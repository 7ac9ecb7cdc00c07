import { expect, test } from "vitest";
import { netEntries } from "./itemised-calls.ts";

/** "0", "1-0": entry 1 takes entry 0 back. */
const entries = (text: string) =>
  text.split(" ").flatMap((entry) => {
    const [no = "", reverses] = entry.split("-");
    if (no === "") return [];
    return [{ entry_no: Number(no), reverses_entry_no: reverses === undefined ? null : Number(reverses) }];
  });

test.each<[string, string, string]>([
  // billed          shown        why
  ["0", "0", "a call as it came"],
  ["0 1-0", "", "taken back before it was billed"],
  ["0 1-0 2", "2", "corrected before it was billed: only the correction"],
  ["1-0", "1-0", "an earlier invoice billed what is taken back"],
  ["1-0 2", "1-0 2", "and this one the correction"],
  ["1-0 2 3-2 4", "1-0 4", "corrected twice since"],
  ["0 1 2-0 3-1 4", "4", "two charges, one correction"],
])("%s shows %s (%s)", (billed, shown) => {
  expect(netEntries(entries(billed))).toEqual(entries(shown));
});
