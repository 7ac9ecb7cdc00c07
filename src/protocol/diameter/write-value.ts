import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { type DiameterAddress, writeAddress } from "./address.ts";
import type { AvpDefinition, AvpValue } from "./avp.ts";
import { parseDiameterUri } from "./diameter-uri.ts";
import { writeNetworkTime } from "./network-time.ts";
import { isIdentity } from "./read-value.ts";

/**
 * The octets of a value that is no group. A value that its format cannot say is a bug of the caller, and throws:
 * nothing malformed is ever sent.
 */
export function writeValue({ name, type }: AvpDefinition, value: AvpValue): Uint8Array {
  const octets = octetsOf(type, value);
  invariant(octets !== undefined, `${name} (${type}) cannot be ${String(value)}`);
  return octets;
}

function octetsOf(type: AvpDefinition["type"], value: AvpValue): Uint8Array | undefined {
  switch (type) {
    case "OctetString":
      return value instanceof Uint8Array ? value : undefined;
    case "Unsigned32":
    case "Integer32":
    case "Enumerated":
      return typeof value === "number" ? wholeNumber(type, value) : undefined;
    case "Unsigned64":
    case "Integer64":
      return typeof value === "bigint" ? longNumber(type, value) : undefined;
    case "Float32":
    case "Float64":
      return typeof value === "number" ? floatingNumber(type, value) : undefined;
    case "Time": {
      const seconds = writeNetworkTime(value as EpochMs);
      return seconds === undefined ? undefined : wholeNumber("Unsigned32", seconds);
    }
    case "Address":
      return writeAddress(value as DiameterAddress);
    case "Grouped":
      return undefined;
    default:
      return typeof value === "string" && isWritable(type, value) ? Buffer.from(value, "utf8") : undefined;
  }
}

function isWritable(type: AvpDefinition["type"], text: string): boolean {
  if (!text.isWellFormed()) return false;
  if (type === "DiameterIdentity") return isIdentity(text);
  if (type === "DiameterURI") return parseDiameterUri(text) !== undefined;
  return type === "UTF8String" || /^[\x20-\x7e]*$/.test(text);
}

function wholeNumber(type: "Unsigned32" | "Integer32" | "Enumerated", value: number): Buffer | undefined {
  const octets = Buffer.allocUnsafe(4);
  const isUnsigned = type === "Unsigned32";
  if (!Number.isInteger(value) || value !== (isUnsigned ? value >>> 0 : value | 0)) return undefined;
  octets.writeUInt32BE(value >>> 0, 0);
  return octets;
}

function longNumber(type: "Unsigned64" | "Integer64", value: bigint): Buffer | undefined {
  const isUnsigned = type === "Unsigned64";
  if (value !== (isUnsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value))) return undefined;
  const octets = Buffer.allocUnsafe(8);
  octets.writeBigUInt64BE(BigInt.asUintN(64, value), 0);
  return octets;
}

function floatingNumber(type: "Float32" | "Float64", value: number): Buffer {
  const octets = Buffer.allocUnsafe(type === "Float32" ? 4 : 8);
  if (type === "Float32") octets.writeFloatBE(value, 0);
  else octets.writeDoubleBE(value, 0);
  return octets;
}
