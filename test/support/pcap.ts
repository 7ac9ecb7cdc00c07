/** A segment of TCP or a datagram of UDP, over IPv4. */
export interface CapturedPacket {
  readonly protocol: "tcp" | "udp";
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

const ETHERNET = 1;
const LINUX_COOKED = 113;
const RAW_IP = 101;
const NULL_LOOPBACK = 0;
/** Octets in front of the IP header, by the link type that the file names. */
const LINK_BYTES: Readonly<Record<number, number>> = {
  [ETHERNET]: 14,
  [LINUX_COOKED]: 16,
  [RAW_IP]: 0,
  [NULL_LOOPBACK]: 4,
};

/** The packets of a capture file in the classic format of libpcap; what is no TCP or UDP over IPv4 is left out. */
export function readPcap(file: Buffer): CapturedPacket[] {
  const isLittle = file.readUInt32LE(0) === 0xa1b2c3d4 || file.readUInt32LE(0) === 0xa1b23c4d;
  const number = (at: number) => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const linkBytes = LINK_BYTES[number(20)];
  if (linkBytes === undefined) throw new Error(`link type ${number(20)} is not known here`);
  const packets: CapturedPacket[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = number(at + 8);
    const packet = packetOf(file.subarray(at + 16 + linkBytes, at + 16 + length));
    if (packet !== undefined) packets.push(packet);
    at += 16 + length;
  }
  return packets;
}

function packetOf(ip: Buffer): CapturedPacket | undefined {
  const protocol = ip[9] === 6 ? "tcp" : ip[9] === 17 ? "udp" : undefined;
  if ((ip[0] ?? 0) >> 4 !== 4 || protocol === undefined) return undefined;
  const segment = ip.subarray(((ip[0] ?? 0) & 0x0f) * 4, ip.readUInt16BE(2));
  const headBytes = protocol === "udp" ? 8 : ((segment[12] ?? 0) >> 4) * 4;
  return {
    protocol,
    source: ip.subarray(12, 16).join("."),
    sourcePort: segment.readUInt16BE(0),
    destination: ip.subarray(16, 20).join("."),
    destinationPort: segment.readUInt16BE(2),
    payload: segment.subarray(headBytes),
  };
}
