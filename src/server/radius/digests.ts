import { createHmac, hash } from "node:crypto";
import type { Digests } from "../../protocol/radius/digests.ts";

/**
 * MD5 as RADIUS needs it, and what SIP digests need beside it, by Node's own; one-shot hashing costs about 1 µs for a
 * packet.
 */
export const DIGESTS: Digests = {
  md5: (octets) => hash("md5", octets, "buffer"),
  sha256: (octets) => hash("sha256", octets, "buffer"),
  hmacMd5: (key, octets) => createHmac("md5", key).update(octets).digest(),
};
