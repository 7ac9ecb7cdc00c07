import { invariant } from "../../core/invariant.ts";
import type { Avp } from "./avp.ts";
import { HEADER_BYTES, type MessageHeader, writeHeader } from "./header.ts";
import { writeValue } from "./write-value.ts";

const VENDOR_FLAG = 0x80;
const MANDATORY_FLAG = 0x40;
const PROTECTED_FLAG = 0x20;

/** Lengths are written in three octets. */
const LENGTH_MAX = 0xff_ffff;

/** The octets of a message. A value that its AVP cannot have is a bug, and throws. */
export function writeMessage(header: MessageHeader, avps: readonly Avp[]): Buffer {
  const body = writeAvps(avps);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  invariant(bytes.length <= LENGTH_MAX, `a message of ${bytes.length} octets`);
  writeHeader(bytes, header, bytes.length);
  body.copy(bytes, HEADER_BYTES);
  return bytes;
}

/** The octets of AVPs in their order, each padded to a multiple of four. */
export const writeAvps = (avps: readonly Avp[]): Buffer => Buffer.concat(avps.map(writeAvp));

function writeAvp(avp: Avp): Buffer {
  const { code, vendorId, isMandatory, isProtected } = avp;
  const data = dataOf(avp);
  const headBytes = vendorId === 0 ? 8 : 12;
  const length = headBytes + data.length;
  invariant(length <= LENGTH_MAX, `an AVP ${code} of ${length} octets`);
  const bytes = Buffer.alloc(length + (-length & 3));
  bytes.writeUInt32BE(code, 0);
  bytes[4] =
    (vendorId === 0 ? 0 : VENDOR_FLAG) | (isMandatory ? MANDATORY_FLAG : 0) | (isProtected ? PROTECTED_FLAG : 0);
  bytes.writeUIntBE(length, 5, 3);
  if (vendorId !== 0) bytes.writeUInt32BE(vendorId, 8);
  bytes.set(data, headBytes);
  return bytes;
}

function dataOf({ code, definition, value }: Avp): Uint8Array {
  if (definition?.type === "Grouped") return writeAvps(value as readonly Avp[]);
  if (definition !== undefined) return writeValue(definition, value);
  invariant(value instanceof Uint8Array, `an AVP ${code} without a definition has octets`);
  return value;
}
