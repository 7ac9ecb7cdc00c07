import { Resolver } from "node:dns/promises";
import { inAddressRanges } from "../../core/tenancy/address-range.ts";
import { isPublicAddress } from "./public-address.ts";

/** Where requests that tenants and resellers ask for may go. */
export interface OutgoingPolicy {
  /** Ranges of the operator's own network that may be called besides, by plain HTTP as well. */
  readonly allowed: readonly string[];
  /** The addresses of a name, at least one. Errors: those of node:dns. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** Authorities that vouch for servers beside the well-known ones, in PEM. */
  readonly authorities?: string;
}

/** Whether a server at this address may be called. */
export const mayCall = (policy: OutgoingPolicy, address: string): boolean =>
  isPublicAddress(address) || isOwn(policy, address);

/** Whether an address lies in the operator's own network, and may be called there. */
export const isOwn = ({ allowed }: Pick<OutgoingPolicy, "allowed">, address: string): boolean =>
  allowed.length > 0 && inAddressRanges(allowed, address);

/** Milliseconds that one server of names has, and how often each is asked. */
const NAME_SERVER = { timeout: 2_000, tries: 2 };

/**
 * Asks the servers of names, and not the machine's list of hosts: a name in that list is nobody's but the machine's,
 * and its look-up holds one of four threads of Node for as long as a foreign server likes. `localhost` is this machine
 * whoever is asked (RFC 6761 §6.3).
 */
async function resolveByDns(host: string): Promise<readonly string[]> {
  if (/^(.+\.)?localhost\.?$/.test(host)) return ["127.0.0.1"];
  const resolver = new Resolver(NAME_SERVER);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [v4, v6].flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  if (found.length === 0 && v4.status === "rejected") throw v4.reason;
  return found;
}

/** The policy of a process: names are asked of the servers of names, and only these ranges are called besides. */
export const outgoingPolicy = (allowed: readonly string[]): OutgoingPolicy => ({ allowed, resolve: resolveByDns });
