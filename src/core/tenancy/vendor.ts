import { Problem } from "../problem.ts";
import type { Trunk } from "./trunk.ts";

/** Who is paid for carrying a call. */
export type Vendor =
  | { readonly kind: "account"; readonly accountId: string; readonly trunkId: string }
  /** The call left through no trunk that belongs to a vendor: it stayed on the switch, or the trunk is unknown. */
  | { readonly kind: "none" };

export interface VendorResolver {
  /** The vendor behind the trunk through which a call left; a trunk of that source goes before one of any source. */
  vendorOf(sourceId: string, egressTrunk: string | null): Vendor;
}

/**
 * Compiles the egress trunks of one tenant; ingress trunks are ignored. Errors: two trunks of one name, source and
 * direction are a Problem `trunk-name-taken`.
 */
export function compileVendors(trunks: readonly Trunk[]): VendorResolver {
  const bySource = new Map<string | null, Map<string, Vendor & { readonly kind: "account" }>>();
  for (const { id, sourceId, name, accountId, direction } of trunks) {
    if (direction !== "egress") continue;
    const ofSource = bySource.get(sourceId) ?? new Map();
    bySource.set(sourceId, ofSource);
    const taken = ofSource.get(name);
    if (taken) throw trunkNameTaken({ name, trunkIds: [taken.trunkId, id] });
    ofSource.set(name, { kind: "account", accountId, trunkId: id });
  }
  const ofAny = bySource.get(null);
  return {
    vendorOf(sourceId, egressTrunk) {
      if (egressTrunk === null) return NO_VENDOR;
      return bySource.get(sourceId)?.get(egressTrunk) ?? ofAny?.get(egressTrunk) ?? NO_VENDOR;
    },
  };
}

const NO_VENDOR: Vendor = { kind: "none" };

/** Two egress trunks that no record could tell apart. */
const trunkNameTaken = ({ name, trunkIds }: { name: string; trunkIds: readonly string[] }): Problem =>
  new Problem("trunk-name-taken", {
    what: `The egress trunks ${trunkIds.join(" and ")} of one source are both named "${name}".`,
    fix: "Rename one as the switch writes it, or give each its own source.",
  });
