import { option } from "./input.ts";

/** The options that choose calls that are up. */
export const sessionOptions = {
  account: option("--account CODE", "only those that this account pays"),
  called: option("--called DIGITS", "only those to numbers that begin so, as the switch writes them"),
  trunk: option("--trunk NAME", "only those through this trunk"),
  source: option("--source NAME", "only those of this source"),
};
