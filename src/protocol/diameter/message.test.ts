import fc from "fast-check";
import { expect, test } from "vitest";
import { anyAvp, anyHeader } from "../../../test/support/any-diameter.ts";
import { avp } from "./build-avp.ts";
import { MessageSplitter } from "./message-splitter.ts";
import { AVPS_MAX, DEPTH_MAX, readMessage } from "./read-message.ts";
import { writeMessage } from "./write-message.ts";

const anyMessage = fc.tuple(anyHeader, fc.array(anyAvp, { maxLength: 8 }));
const HEADER = {
  ...{ commandCode: 272, applicationId: 4, hopByHopId: 1, endToEndId: 2 },
  ...{ isRequest: true, isProxiable: true, isError: false, isRetransmission: false },
};

test("what is written is read back, and written again it is the same octets", () => {
  fc.assert(
    fc.property(anyMessage, ([header, avps]) => {
      const bytes = writeMessage(header, avps);
      const read = readMessage(bytes);
      expect(read).toEqual({ header, avps, fault: undefined, unsupported: undefined });
      expect(bytes.length % 4).toBe(0);
      expect(writeMessage(read.header, read.avps).equals(bytes)).toBe(true);
    }),
  );
});

test("where a stream is cut into packets makes no difference", () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 5 }), fc.array(fc.nat(200), { maxLength: 40 }), (all, sizes) => {
      const messages = all.map(([header, avps]) => writeMessage(header, avps));
      const stream = Buffer.concat(messages);
      const splitter = new MessageSplitter();
      const found: Buffer[] = [];
      let at = 0;
      for (const size of [...sizes, stream.length]) {
        for (const split of splitter.push(stream.subarray(at, at + size)))
          if (split.kind === "message") found.push(split.bytes);
        at += size;
      }
      expect(found).toEqual(messages);
    }),
  );
});

test("groups are read to a depth, and a message to a number of AVPs", () => {
  const deep = Array.from({ length: DEPTH_MAX + 1 }).reduce<ReturnType<typeof avp>>(
    (inner) => avp("Failed-AVP", [inner]),
    avp("CC-Time", 1),
  );
  expect(readMessage(writeMessage(HEADER, [deep])).fault?.resultCode).toBe(5004);
  const many = Array.from({ length: AVPS_MAX }, () => avp("CC-Time", 1));
  expect(readMessage(writeMessage(HEADER, many)).fault).toBeUndefined();
  const read = readMessage(writeMessage(HEADER, [...many, avp("CC-Time", 1)]));
  expect(read.fault?.resultCode).toBe(5012);
  expect(read.avps.length).toBe(AVPS_MAX);
});

test.each<[string, string, () => ReturnType<typeof avp>]>([
  ["a number that is too large", "32 bits", () => avp("CC-Time", 2 ** 32)],
  ["a fraction", "whole", () => avp("CC-Time", 0.5)],
  ["a long number below zero", "unsigned", () => avp("CC-Total-Octets", -1n)],
  ["a host name with a blank", "no identity", () => avp("Origin-Host", "a b")],
  ["no host name", "no identity", () => avp("Origin-Host", "")],
  ["half a surrogate pair", "no text", () => avp("User-Name", "\ud800")],
  ["an address that is none", "octets end at 255", () => avp("Host-IP-Address", { family: 1, text: "1.2.3.400" })],
  ["an address of another family", "IPv4 is not IPv6", () => avp("Host-IP-Address", { family: 2, text: "192.0.2.1" })],
])("%s is never sent (%s)", (_what, _why, make) => {
  expect(() => writeMessage(HEADER, [make()])).toThrow(/cannot be/);
});
