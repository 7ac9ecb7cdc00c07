import type { Digests } from "./digests.ts";
import { concat, hexOf } from "./octets.ts";
import { ATTRIBUTE, type RadiusPacket } from "./packet.ts";

/** What changes when a client or a proxy sends the same again. */
const NOT_CONTENT: ReadonlySet<number> = new Set([
  ATTRIBUTE.acctDelayTime,
  ATTRIBUTE.proxyState,
  ATTRIBUTE.messageAuthenticator,
]);

/** MD5 in hexadecimal digits of what a packet's attributes say, in their order, without delay, way and signature. */
export function contentDigest({ attributes }: RadiusPacket, digests: Digests): string {
  const content = attributes.filter(({ type }) => !NOT_CONTENT.has(type));
  return hexOf(
    digests.md5(concat(...content.flatMap(({ type, value }) => [Uint8Array.of(type, value.length), value]))),
  );
}
