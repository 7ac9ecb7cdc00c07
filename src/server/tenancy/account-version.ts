import { hash } from "node:crypto";
import type { StoredAccount } from "./party.ts";

/** A text that differs when any setting of the account does: what ETag and If-Match compare. */
export const accountVersion = ({ name, timeZone, creditLimit, limits, lowBalance, ...rest }: StoredAccount): string =>
  hash(
    "sha256",
    JSON.stringify(
      [name, timeZone, creditLimit, limits, lowBalance, rest.whenMoneyEnds, rest.whenCreditEnds, rest.letterhead],
      (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value),
    ),
    "hex",
  ).slice(0, 32);
