import { inAddressRanges } from "../../core/tenancy/address-range.ts";

/**
 * IPv4 that is not of the public network, by IANA's registry of special-purpose addresses (RFC 6890): this network,
 * private, shared (CGNAT), loopback, link-local (metadata of clouds), protocols, documentation, 6to4 relays,
 * benchmarks, multicast, reserved and broadcast. The last is public by its number, and answers within Azure alone.
 */
const SPECIAL_IPV4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4", "168.63.129.16"],
];

/**
 * Public addresses: all of IPv4, and of IPv6 only what is handed out today. That leaves out loopback, translated IPv4
 * (NAT64), unique local, link-local and multicast, and whatever else is defined outside it later.
 */
const GLOBAL = ["0.0.0.0/0", "2000::/3"];
/** Of 2000::/3: protocols (Teredo among them, which hides IPv4), documentation, 6to4 (which hides IPv4), AS112. */
const SPECIAL_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

/** Whether an address is one of the public network. IPv4 within IPv6 (`::ffff:10.0.0.1`) is judged as IPv4. */
export const isPublicAddress = (address: string): boolean =>
  inAddressRanges(GLOBAL, address) && !inAddressRanges([...SPECIAL_IPV4, ...SPECIAL_IPV6], address);
