/** Address families that a text form exists for (IANA address family numbers). */
const IPV4 = 1;
const IPV6 = 2;
const E164 = 8;

/** An Address (RFC 6733 §4.3.1): its family, and the address as text. */
export interface DiameterAddress {
  /** IANA address family number: 1 IPv4, 2 IPv6, 8 E.164. */
  readonly family: number;
  /** Dotted IPv4, IPv6 as RFC 5952 writes it, the digits of E.164; hexadecimal octets of any other family. */
  readonly text: string;
}

/** Reads the octets of an Address; undefined when their number does not fit the family. */
export function readAddress(octets: Buffer): DiameterAddress | undefined {
  if (octets.length < 2) return undefined;
  const family = octets.readUInt16BE(0);
  const rest = octets.subarray(2);
  if (family === IPV4) return rest.length === 4 ? { family, text: rest.join(".") } : undefined;
  if (family === IPV6) return rest.length === 16 ? { family, text: ipv6Text(rest) } : undefined;
  return { family, text: rest.toString(family === E164 ? "latin1" : "hex") };
}

/** The octets of an Address; undefined when its text is not one of its family. */
export function writeAddress({ family, text }: DiameterAddress): Buffer | undefined {
  const rest = family === IPV4 ? ipv4Octets(text) : family === IPV6 ? ipv6Octets(text) : otherOctets(family, text);
  if (rest === undefined || !(family >= 0 && family <= 0xffff)) return undefined;
  return Buffer.concat([Buffer.of(family >> 8, family & 0xff), rest]);
}

/** An IP address as sockets give it, as an Address; an IPv4 one that is mapped into IPv6 is IPv4. */
export function ipAddress(text: string): DiameterAddress {
  const ip = text.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  return { family: ip.includes(":") ? IPV6 : IPV4, text: ip };
}

const otherOctets = (family: number, text: string): Buffer | undefined => {
  if (family === E164) return Buffer.from(text, "latin1");
  return /^(?:[0-9a-f]{2})*$/.test(text) ? Buffer.from(text, "hex") : undefined;
};

function ipv4Octets(text: string): Buffer | undefined {
  if (!/^(?:\d{1,3}\.){3}\d{1,3}$/.test(text)) return undefined;
  const octets = text.split(".").map(Number);
  return octets.every((octet) => octet <= 255) ? Buffer.from(octets) : undefined;
}

function ipv6Octets(text: string): Buffer | undefined {
  const [head = "", tail, more] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - left.length - right.length;
  if (more !== undefined || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...left, ...new Array<string>(missing).fill("0"), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Buffer.from(groups.map((group) => group.padStart(4, "0")).join(""), "hex");
}

/** RFC 5952: no leading zeros, lower case, the longest run of two or more zero groups as "::", the first of equals. */
function ipv6Text(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2).toString(16));
  let best = { at: 0, length: 1 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (groups[at + length] === "0") length += 1;
    if (length > best.length) best = { at, length };
  }
  if (best.length < 2) return groups.join(":");
  return `${groups.slice(0, best.at).join(":")}::${groups.slice(best.at + best.length).join(":")}`;
}
