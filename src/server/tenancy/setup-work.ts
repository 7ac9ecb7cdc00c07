import { isDeepStrictEqual } from "node:util";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";
import { auditJson } from "../audit/audit-json.ts";
import type { BulkTx } from "../db/tx.ts";
import type { SetupFaults } from "./setup-faults.ts";

/** What became of one thing that a setup describes. */
export interface SetupChange {
  readonly kind:
    | "tenant"
    | "account"
    | "tariff"
    | "assignment"
    | "source"
    | "trunk"
    | "rule"
    | "exchange-rate"
    | "package"
    | "subscription"
    | "retention"
    | "sip-user";
  readonly name: string;
  readonly change: "created" | "changed" | "removed" | "unchanged";
  /** Of a changed thing: the names of the fields that differ. */
  readonly fields: readonly string[];
}

/** What the parts of a setup share while it is applied, in one transaction. */
export interface SetupWork {
  readonly tx: BulkTx;
  readonly tenantId: string;
  /** The tenant's, for what names none of its own. */
  readonly currency: string;
  readonly timeZone: string;
  /** Destinations that limits of accounts may name. */
  readonly destinationGroups: readonly DestinationGroup[];
  /** Only says what would change. */
  readonly dryRun: boolean;
  readonly author: string;
  readonly faults: SetupFaults;
  readonly changes: SetupChange[];
  /** What the audit hears of them. */
  readonly entries: AuditEntry[];
}

/** After the first fault nothing more is written: only the other faults are still looked for. */
export const mayWrite = ({ dryRun, faults }: Pick<SetupWork, "dryRun" | "faults">): boolean => !dryRun && !faults.any;

/** Notes what becomes of a thing; answers whether it has to be written. `before` is undefined for a new one. */
export function noteChange<Thing extends object>(
  work: Pick<SetupWork, "changes" | "dryRun" | "entries" | "faults">,
  { kind, name }: Pick<SetupChange, "kind" | "name">,
  before: Thing | undefined,
  after: Thing,
): boolean {
  if (before === undefined) {
    work.changes.push({ kind, name, change: "created", fields: [] });
    noteEntry(work, { kind, name, change: "created" }, { before: null, after });
    return mayWrite(work);
  }
  const names = Object.keys(after) as (keyof Thing & string)[];
  const fields = names.filter((field) => !isDeepStrictEqual(before[field], after[field]));
  const change = fields.length === 0 ? "unchanged" : "changed";
  // A setup file names other things, and the database knows them by id.
  work.changes.push({ kind, name, change, fields: fields.map((field) => field.replace(/Id$/, "")) });
  if (change === "changed") {
    const shown = (thing: Thing) => ({
      ...idsOf(thing),
      ...Object.fromEntries(fields.map((field) => [field, thing[field]])),
    });
    noteEntry(work, { kind, name, change }, { before: shown(before), after: shown(after) });
  }
  return fields.length > 0 && mayWrite(work);
}

/** Notes that a thing goes. */
export function noteRemoval(
  work: Pick<SetupWork, "changes" | "entries">,
  { kind, name }: Pick<SetupChange, "kind" | "name">,
  before: object,
): void {
  work.changes.push({ kind, name, change: "removed", fields: [] });
  noteEntry(work, { kind, name, change: "removed" }, { before, after: null });
}

/** What the audit knows a thing by, and whose it is. */
function idsOf(thing: object): { readonly id?: string; readonly accountId?: string } {
  const isText = (value: unknown) => typeof value === "string";
  return Object.fromEntries(
    Object.entries(thing).filter(([name, id]) => ["id", "accountId"].includes(name) && isText(id)),
  );
}

/** Says to the audit what became of a thing; of a changed one `before` and `after` are what differs, with its ids. */
export function noteEntry(
  { entries }: Pick<SetupWork, "entries">,
  { kind, name, change }: Pick<SetupChange, "kind" | "name" | "change">,
  { before, after }: { readonly before: object | null; readonly after: object | null },
): void {
  const { id = null, accountId } = idsOf(after ?? before ?? {});
  entries.push({
    action: `${kind}.${change}`,
    object: { kind, id, name },
    before: auditJson(before),
    after: auditJson(after),
    reason: null,
    ...(accountId !== undefined && { accountId }),
  });
}
