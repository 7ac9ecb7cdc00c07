import { readFileSync } from "node:fs";

/** A UDP datagram of a capture. `length`: what its header says; a capture may have cut the rest off. */
export interface CapturedDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

const FILE_HEAD = 24;
const RECORD_HEAD = 16;
const UDP = 17;
const UDP_HEAD = 8;
/** Octets before the IP packet, by link type: BSD loopback, Ethernet, raw IP, Linux "any". */
const LINK_HEADS: Readonly<Record<number, number>> = { 0: 4, 1: 14, 101: 0, 113: 16 };

/** UDP over IPv4 in a capture of the classic format, in the order of the file; anything else in it is passed over. */
export function readPcap(path: string): CapturedDatagram[] {
  const file = readFileSync(path);
  const isLittle = file.readUInt32LE(0) === 0xa1b2c3d4 || file.readUInt32LE(0) === 0xa1b23c4d;
  const uint32 = (at: number): number => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const head = LINK_HEADS[uint32(20)];
  if (head === undefined) throw new Error(`${path}: link type ${uint32(20)}`);
  const datagrams: CapturedDatagram[] = [];
  for (let at = FILE_HEAD; at < file.length; ) {
    const captured = uint32(at + 8);
    const datagram = udpOf(file.subarray(at + RECORD_HEAD + head, at + RECORD_HEAD + captured));
    if (datagram !== undefined) datagrams.push(datagram);
    at += RECORD_HEAD + captured;
  }
  return datagrams;
}

function udpOf(ip: Buffer): CapturedDatagram | undefined {
  const head = ((ip[0] ?? 0) & 0x0f) * 4;
  if ((ip[0] ?? 0) >> 4 !== 4 || ip[9] !== UDP) return undefined;
  const udp = ip.subarray(head);
  return {
    sourcePort: udp.readUInt16BE(0),
    destinationPort: udp.readUInt16BE(2),
    payload: udp.subarray(UDP_HEAD, udp.readUInt16BE(4)),
  };
}
