import type { Json } from "../../core/canonical-json.ts";
import type { Tx } from "../db/tx.ts";
import { openForPerson } from "../secrets/person-box.ts";
import type { SecretsKey } from "../secrets/secrets-key.ts";
import { personKeys, type StoredPersonKeys } from "./person-key-store.ts";
import type { PersonalParts } from "./personal-fields.ts";
import type { AuditRow } from "./query-store.ts";
import { privateKeyOf } from "./seal-person-keys.ts";

/** An entry for people and programs: what is personal stands in its place again, unless whom it was of was erased. */
export interface FoundEntry {
  readonly id: string;
  /** Its place in the chain; null: not sealed yet. */
  readonly sequence: number | null;
  /** UTC with microseconds. */
  readonly happenedAt: string;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly name: string };
  readonly address: string | null;
  readonly impersonator: { readonly id: string; readonly name: string } | null;
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string | null; readonly name: string };
  readonly accountId: string | null;
  readonly before: Json | null;
  readonly after: Json | null;
  readonly reason: string | null;
  readonly isSecurity: boolean;
}

interface Sealed {
  readonly person: string;
  readonly sealed: string;
}

/**
 * Puts what is personal back into the places of a tenant's entries; what can't be opened stays out. `tx` is of a role
 * that reads people's keys. Errors: Problem `secret-sealed-otherwise`.
 */
export async function openEntries(
  tx: Tx,
  rows: readonly AuditRow[],
  key: SecretsKey | undefined,
): Promise<readonly FoundEntry[]> {
  const parts = rows.map(({ personal }) => (personal === null ? [] : (JSON.parse(personal) as readonly Sealed[])));
  const tenantId = rows[0]?.tenant_id;
  const persons = [...new Set(parts.flat().map(({ person }) => person))];
  const stored =
    tenantId === undefined || persons.length === 0
      ? new Map<string, StoredPersonKeys>()
      : await personKeys(tx, tenantId, persons);
  const keys = new Map([...stored].map(([person, row]) => [person, { row, privateKey: privateKeyOf(row, key) }]));
  return rows.map((row, index) => {
    const values: Record<string, Json> = {};
    for (const { person, sealed } of parts[index] ?? []) {
      const known = keys.get(person);
      if (known === undefined || known.privateKey === null) continue;
      const pair = { publicKey: known.row.public_key, privateKey: known.privateKey };
      const text = openForPerson(pair, Buffer.from(sealed, "base64"), [row.tenant_id, person, row.id]);
      if (text !== null) Object.assign(values, JSON.parse(text) as PersonalParts);
    }
    return entryOf(row, values);
  });
}

function entryOf(row: AuditRow, values: PersonalParts): FoundEntry {
  const text = (place: string, stored: string | null) => (values[place] as string | undefined) ?? stored;
  return {
    id: row.id,
    sequence: row.sequence === null ? null : Number(row.sequence),
    happenedAt: row.happened,
    actor: { kind: row.actor_kind, id: row.actor_id, name: text("actor.name", row.actor_name) ?? "" },
    address: text("address", row.address),
    impersonator:
      row.impersonator_id === null
        ? null
        : { id: row.impersonator_id, name: text("impersonator.name", row.impersonator_name) ?? "" },
    action: row.action,
    object: { kind: row.object_kind, id: row.object_id, name: text("object.name", row.object_name) ?? "" },
    accountId: row.account_id,
    before: whole("before", row.before, values),
    after: whole("after", row.after, values),
    reason: row.reason,
    isSecurity: row.is_security,
  };
}

function whole(place: string, stored: string | null, values: PersonalParts): Json | null {
  const json = stored === null ? null : (JSON.parse(stored) as Json);
  if (json === null || typeof json !== "object" || Array.isArray(json)) return json;
  const members = Object.entries(json as Record<string, Json>);
  return Object.fromEntries(members.map(([name, member]) => [name, values[`${place}.${name}`] ?? member]));
}
