import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { erasePersonKeys } from "../audit/erase-person-keys.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { rehearse } from "../db/rehearse.ts";
import type { Tx } from "../db/tx.ts";
import { findPerson, type Person } from "./find-person.ts";
import { blankRows, countRows, deleteRows, openSessions, pseudonymise, tablesOf } from "./person-store.ts";
import { personActive } from "./problems.ts";

/** What became of what was held. */
export interface Erasure {
  readonly person: { readonly kind: Person["kind"]; readonly id: string };
  /** Rows by table. */
  readonly deleted: Readonly<Record<string, number>>;
  /** Tables in which a name was replaced. */
  readonly blanked: readonly string[];
  /** Rows of the books and of history in which the id stands where the name stood. */
  readonly pseudonymised: number;
  readonly kept: readonly { readonly table: string; readonly rows: number; readonly why: string }[];
}

/**
 * Erases a person: deletes what is theirs alone, takes name and address out of the rest, and takes away the key that
 * opens what stands of them in the audit, whose chain holds as before. Invoices and books stay, for law demands them;
 * the answer says what stays and why. In one transaction.
 *
 * Errors: Problem `person-unknown`, `person-active` for an account with calls that are up.
 */
export async function erasePerson(
  db: Database,
  wanted: { readonly person: string; readonly reason: string; readonly dryRun: boolean },
  actor: Actor,
): Promise<Erasure> {
  return await rehearse<Tx, Erasure>(
    wanted.dryRun,
    (work) => db.bulk("owner", {}, work),
    async (tx) => {
      const person = await findPerson(tx, actor.tenantId, wanted.person);
      const sessions = person.kind === "account" ? await openSessions(tx, person) : 0;
      if (sessions > 0) throw personActive({ person: wanted.person, sessions });
      const erasure = await erase(tx, person);
      await recordAudit(tx, actor, [
        {
          action: "person.erased",
          object: { kind: person.kind, id: person.id, name: `${person.kind}:${person.id}` },
          before: null,
          after: auditJson({ deleted: erasure.deleted, pseudonymised: erasure.pseudonymised }),
          reason: wanted.reason,
          isSecurity: true,
          ...(person.kind === "account" && { accountId: person.id }),
        },
      ]);
      return erasure;
    },
  );
}

async function erase(tx: Tx, person: Person): Promise<Erasure> {
  // First, while the person's name still says whose rows they are.
  const pseudonymised = person.kind === "user" ? await pseudonymise(tx, person) : 0;
  const deleted: Record<string, number> = {};
  const blanked: string[] = [];
  const kept: { table: string; rows: number; why: string }[] = [];
  for (const held of tablesOf(person.kind)) {
    const { fate } = held;
    if (fate.fate === "deleted") deleted[held.table] = await deleteRows(tx, held, person);
    else if (fate.fate === "blanked") {
      if ((await blankRows(tx, held, fate.set, person)) > 0) blanked.push(held.table);
    } else {
      const rows = await countRows(tx, held, person);
      if (rows > 0) kept.push({ table: held.table, rows, why: fate.why });
    }
  }
  await erasePersonKeys(tx, person);
  return { person: { kind: person.kind, id: person.id }, deleted, blanked, pseudonymised, kept };
}
