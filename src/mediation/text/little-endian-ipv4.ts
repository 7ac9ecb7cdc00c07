/**
 * An IPv4 address that was written as a signed 32-bit integer of a little-endian machine: 689837066 is 10.20.30.41.
 * "" for 0 and for anything else than such a number. Source: Cisco Unified CM call detail records, "IP addresses".
 */
export function littleEndianIpv4(text: string): string {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value === 0 || value < -0x8000_0000 || value > 0xffff_ffff) return "";
  return `${value & 0xff}.${(value >>> 8) & 0xff}.${(value >>> 16) & 0xff}.${value >>> 24}`;
}
