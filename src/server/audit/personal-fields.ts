import type { Json } from "../../core/canonical-json.ts";
import type { Actor } from "../access/actor.ts";
import type { AuditEntry } from "./audit-entry.ts";

/**
 * What of people stands in `before` and `after`, by the kind of the object that the entry is about. Other kinds have
 * none: their entries name people by their ids. docs/reference/personal-data.md has the whole list.
 */
export const PERSONAL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  user: ["email", "name", "phone"],
  account: ["name", "letterhead", "email", "taxId"],
  invitation: ["email", "name"],
};

/** Stands where something personal was taken out. */
export const TAKEN_OUT = "(personal)";

/** Parts of an entry by where they stand: "actor.name", "before.email". */
export type PersonalParts = Readonly<Record<string, Json>>;

/** An entry without what is personal in it, and that by whose it is: "user:<id>", "account:<id>". */
export interface SplitEntry {
  readonly actorName: string;
  readonly address: string | null;
  readonly impersonatorName: string | null;
  readonly objectName: string;
  readonly before: Json | null;
  readonly after: Json | null;
  readonly parts: ReadonlyMap<string, PersonalParts>;
}

/** Takes out of an entry what is personal: ids stay, by which the same person is known again. */
export function splitEntry(actor: Actor, { object, before, after }: AuditEntry): SplitEntry {
  const parts = new Map<string, Record<string, Json>>();
  const take = <Left>(person: string | null, place: string, value: Json | null, left: Left): Left | Json | null => {
    if (person === null || value === null) return value;
    const found = parts.get(person) ?? {};
    parts.set(person, { ...found, [place]: value });
    return left;
  };
  const doer = personOf(actor.kind, actor.id);
  const helper = actor.impersonator && personOf("user", actor.impersonator.id);
  const subject = personOf(object.kind, object.id);
  const fields = PERSONAL_FIELDS[object.kind] ?? [];
  const without = (place: string, value: Json | null): Json | null => {
    if (subject === null || value === null || typeof value !== "object" || Array.isArray(value)) return value;
    const members = Object.entries(value).map(([name, member]) => {
      const isTaken = fields.includes(name) && member !== null;
      return [name, isTaken ? take(subject, `${place}.${name}`, member, TAKEN_OUT) : member];
    });
    return Object.fromEntries(members) as Json;
  };
  const named = object.kind === "account" ? null : subject; // an account's code is no name of a person
  return {
    actorName: take(doer, "actor.name", actor.name, doer) as string,
    address: take(doer, "address", actor.address, null) as string | null,
    impersonatorName: take(helper, "impersonator.name", actor.impersonator?.name ?? null, helper) as string | null,
    objectName: take(named, "object.name", object.name, named) as string,
    before: without("before", before),
    after: without("after", after),
    parts,
  };
}

/** Whom a kind and an id mean; null: nobody, or nobody who is known. */
const personOf = (kind: string, id: string | null): string | null =>
  id !== null && Object.hasOwn(PERSONAL_FIELDS, kind) ? `${kind === "account" ? "account" : "user"}:${id}` : null;
