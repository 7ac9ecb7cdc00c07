import { parse } from "csv-parse/sync";
import type { SipSecret } from "../../protocol/radius/sip-digest.ts";
import { sipUserInvalid } from "./problems.ts";
import type { SipUserSecret } from "./set-sip-user.ts";
import { sipUserFault } from "./sip-user.ts";

const COLUMNS = ["account", "user", "realm", "password", "ha1"] as const;
type Column = (typeof COLUMNS)[number];

/** A user of a file; who set him, and for which operator, is added. */
export type ReadSipUser = Omit<SipUserSecret, "tenantId" | "actor">;

/**
 * Reads SIP users from CSV: `account,user,realm,password,ha1` in any order, of the last two one in each row. Errors:
 * Problem `sip-user-invalid` with the line of the first fault; it shows no secret.
 */
export function readSipUsers(text: string): readonly ReadSipUser[] {
  const [header = [], ...rows] = parsed(text);
  const columns = header.map((title) => title.trim().toLowerCase());
  const unknown = columns.find((title) => !COLUMNS.some((column) => column === title));
  if (unknown !== undefined || !columns.includes("account") || !columns.includes("user"))
    throw sipUserInvalid({ fault: "The first line names the columns: account, user, realm, password, ha1." });
  return rows.map((row, index) => {
    const cell = (column: Column): string => row[columns.indexOf(column)] ?? "";
    const [password, ha1] = [cell("password"), cell("ha1")];
    const line = index + 2;
    if ((password === "") === (ha1 === ""))
      throw sipUserInvalid({ fault: `Row ${line}: one of password and ha1 is needed.` });
    const secret: SipSecret = ha1 === "" ? { kind: "password", password } : { kind: "ha1", ha1 };
    const user = { accountCode: cell("account"), name: cell("user"), realm: cell("realm"), secret };
    const fault = sipUserFault(user);
    if (fault !== null) throw sipUserInvalid({ fault: `Row ${line}: ${fault}` });
    return user;
  });
}

/** What the parser says of a broken file may show a part of it. */
function parsed(text: string): string[][] {
  try {
    return parse(text, { skip_empty_lines: true, relax_column_count: false });
  } catch {
    throw sipUserInvalid({ fault: "The file is no CSV with the same number of cells in every row." });
  }
}
