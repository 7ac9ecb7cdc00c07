import type { Tx } from "../db/tx.ts";
import { findAccountPerson, findUser, type Person } from "./person-store.ts";
import { personUnknown } from "./problems.ts";

export type { Person };

const NAME = /^(user|account):(.+)$/;

/** The person of a tenant that "user:ada@example.com" or "account:bakery" means. Errors: Problem `person-unknown`. */
export async function findPerson(tx: Tx, tenantId: string, text: string): Promise<Person> {
  const [, kind, name = ""] = NAME.exec(text) ?? [];
  const found =
    kind === "user"
      ? await findUser(tx, tenantId, name)
      : kind === "account"
        ? await findAccountPerson(tx, tenantId, name)
        : undefined;
  if (found === undefined) throw personUnknown({ person: text });
  return found;
}
