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
  const vendors = new Map<string, Vendor & { readonly kind: "account" }>();
  for (const trunk of trunks) {
    if (trunk.direction !== "egress") continue;
    const key = keyOf(trunk.sourceId, trunk.name);
    const taken = vendors.get(key);
    if (taken) throw trunkNameTaken({ name: trunk.name, trunkIds: [taken.trunkId, trunk.id] });
    vendors.set(key, { kind: "account", accountId: trunk.accountId, trunkId: trunk.id });
  }
  return {
    vendorOf(sourceId, egressTrunk) {
      if (egressTrunk === null) return NO_VENDOR;
      return vendors.get(keyOf(sourceId, egressTrunk)) ?? vendors.get(keyOf(null, egressTrunk)) ?? NO_VENDOR;
    },
  };
}

const NO_VENDOR: Vendor = { kind: "none" };

const keyOf = (sourceId: string | null, name: string): string => `${sourceId ?? ""}\u0000${name}`;

/** Two egress trunks that no record could tell apart. */
const trunkNameTaken = ({ name, trunkIds }: { name: string; trunkIds: readonly string[] }): Problem =>
  new Problem("trunk-name-taken", {
    what: `The egress trunks ${trunkIds.join(" and ")} of one source are both named "${name}".`,
    fix: "Rename one as the switch writes it, or give each its own source.",
  });
