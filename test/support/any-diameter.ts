import fc from "fast-check";
import type { EpochMs } from "../../src/core/time/epoch.ts";
import type { DiameterAddress } from "../../src/protocol/diameter/address.ts";
import type { Avp, AvpDefinition, AvpType, AvpValue } from "../../src/protocol/diameter/avp.ts";
import { DICTIONARY } from "../../src/protocol/diameter/dictionary.ts";
import type { MessageHeader } from "../../src/protocol/diameter/header.ts";

const DEFINITIONS = [...DICTIONARY];
const GROUPS = DEFINITIONS.filter(({ type }) => type === "Grouped");
const LEAVES = DEFINITIONS.filter(({ type }) => type !== "Grouped");

const anyOctets = fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets));
const anyUint32 = fc.nat({ max: 0xffff_ffff });

const anyAddress: fc.Arbitrary<DiameterAddress> = fc.oneof(
  fc.ipV4().map((text) => ({ family: 1, text })),
  fc
    .tuple(fc.constantFrom("2001:db8", "fe80"), fc.nat({ max: 0xffff }))
    .map(([net, host]) => ({ family: 2, text: `${net}::${(host + 1).toString(16)}` })),
  fc.stringMatching(/^[0-9]{1,15}$/).map((text) => ({ family: 8, text })),
);
const anyIdentity = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,60}$/);
const anyRule = fc.stringMatching(/^[ -~]{0,40}$/);

const VALUES: Record<Exclude<AvpType, "Grouped">, fc.Arbitrary<AvpValue>> = {
  OctetString: anyOctets,
  Integer32: fc.integer(),
  Enumerated: fc.integer(),
  Unsigned32: anyUint32,
  Integer64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  Unsigned64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  Float32: fc.float({ noNaN: true }),
  Float64: fc.double({ noNaN: true }),
  // The range of a Time begins in 1968.
  Time: anyUint32.map((second) => ((second - 61_505_152) * 1_000) as EpochMs),
  Address: anyAddress,
  UTF8String: fc.string({ unit: "binary", maxLength: 40 }),
  DiameterIdentity: anyIdentity,
  DiameterURI: anyIdentity.map((host) => `aaa://${host.replace(/[.-]$/, "x")}:3868`),
  IPFilterRule: anyRule,
  QoSFilterRule: anyRule,
};

const flagged = (definition: AvpDefinition, value: AvpValue, isMandatory: boolean, isProtected: boolean): Avp => ({
  ...{ code: definition.code, vendorId: definition.vendorId, definition, value },
  ...{ isMandatory, isProtected },
});

const anyLeaf: fc.Arbitrary<Avp> = fc
  .constantFrom(...LEAVES)
  .chain((definition) =>
    fc
      .tuple(VALUES[definition.type as Exclude<AvpType, "Grouped">], fc.boolean(), fc.boolean())
      .map(([value, isMandatory, isProtected]) => flagged(definition, value, isMandatory, isProtected)),
  );

/** AVPs of every type that the dictionary has, some of them groups within groups. */
export const anyAvp: fc.Arbitrary<Avp> = fc.letrec<{ avp: Avp; group: Avp }>((tie) => ({
  avp: fc.oneof({ depthSize: "small", withCrossShrink: true }, anyLeaf, tie("group")),
  group: fc
    .tuple(fc.constantFrom(...GROUPS), fc.array(tie("avp"), { maxLength: 4 }), fc.boolean())
    .map(([definition, value, isMandatory]) => flagged(definition, value, isMandatory, false)),
})).avp;

/** Headers with any flags but those that contradict each other. */
export const anyHeader: fc.Arbitrary<MessageHeader> = fc
  .record({
    ...{ commandCode: fc.nat({ max: 0xff_ffff }), applicationId: anyUint32 },
    ...{ hopByHopId: anyUint32, endToEndId: anyUint32 },
    ...{ isRequest: fc.boolean(), isProxiable: fc.boolean(), isError: fc.boolean(), isRetransmission: fc.boolean() },
  })
  .map((header) => ({ ...header, isError: header.isError && !header.isRequest }));
