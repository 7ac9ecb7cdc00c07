import { isDeepStrictEqual } from "node:util";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
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
}

/** After the first fault nothing more is written: only the other faults are still looked for. */
export const mayWrite = ({ dryRun, faults }: Pick<SetupWork, "dryRun" | "faults">): boolean => !dryRun && !faults.any;

/** Notes what becomes of a thing; answers whether it has to be written. `before` is undefined for a new one. */
export function noteChange<Thing extends object>(
  work: Pick<SetupWork, "changes" | "dryRun" | "faults">,
  { kind, name }: Pick<SetupChange, "kind" | "name">,
  before: Thing | undefined,
  after: Thing,
): boolean {
  if (before === undefined) {
    work.changes.push({ kind, name, change: "created", fields: [] });
    return mayWrite(work);
  }
  const names = Object.keys(after) as (keyof Thing & string)[];
  const fields = names.filter((field) => !isDeepStrictEqual(before[field], after[field]));
  const change = fields.length === 0 ? "unchanged" : "changed";
  // A setup file names other things, and the database knows them by id.
  work.changes.push({ kind, name, change, fields: fields.map((field) => field.replace(/Id$/, "")) });
  return fields.length > 0 && mayWrite(work);
}
