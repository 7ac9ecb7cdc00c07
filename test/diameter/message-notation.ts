import type { EpochMs } from "../../src/core/time/epoch.ts";
import type { DiameterAddress } from "../../src/protocol/diameter/address.ts";
import type { Avp, AvpDefinition, AvpType, AvpValue } from "../../src/protocol/diameter/avp.ts";
import { DICTIONARY } from "../../src/protocol/diameter/dictionary.ts";
import type { MessageHeader } from "../../src/protocol/diameter/header.ts";

const BY_NAME = new Map([...DICTIONARY].map((definition) => [definition.name, definition]));

/**
 * AVPs as text, one a line: `Name flags value`, the flags "M", "P" or "-", a group's own AVPs in braces. An AVP without
 * a definition is `code` or `code/vendor`, with its octets in hexadecimal.
 */
export function formatAvps(avps: readonly Avp[], indent = ""): string[] {
  return avps.flatMap((avp) => {
    const head = `${indent}${nameOf(avp)} ${flagsOf(avp)}`;
    if (avp.definition?.type !== "Grouped") return [`${head} ${formatValue(avp)}`.trimEnd()];
    return [`${head} {`, ...formatAvps(avp.value as readonly Avp[], `${indent}  `), `${indent}}`];
  });
}

const nameOf = ({ definition, code, vendorId }: Avp): string =>
  definition?.name ?? (vendorId === 0 ? `${code}` : `${code}/${vendorId}`);

const flagsOf = ({ isMandatory, isProtected }: Avp): string =>
  `${isMandatory ? "M" : ""}${isProtected ? "P" : ""}` || "-";

function formatValue({ definition, value }: Avp): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (definition?.type === "Time") return Temporal.Instant.fromEpochMilliseconds(value as number).toString();
  if (definition?.type === "Address") return `${(value as DiameterAddress).family}/${(value as DiameterAddress).text}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Reads what {@link formatAvps} writes. */
export function parseAvps(lines: readonly string[]): Avp[] {
  const groups: Avp[][] = [[]];
  const opened: Avp[] = [];
  for (const line of lines.map((each) => each.trim()).filter(Boolean)) {
    if (line === "}") {
      const value = groups.pop() ?? [];
      groups.at(-1)?.push({ ...opened.pop()!, value });
      continue;
    }
    const [, name = "", flags = "", text = ""] = /^(\S+) (\S+)(?: (.*))?$/.exec(line) ?? [];
    const head = headOf(name, flags);
    if (text === "{") {
      opened.push({ ...head, value: [] });
      groups.push([]);
    } else groups.at(-1)?.push({ ...head, value: parseValue(head.definition?.type ?? "OctetString", text) });
  }
  if (groups.length !== 1) throw new Error("a brace is not closed");
  return groups[0] ?? [];
}

function headOf(name: string, flags: string): Omit<Avp, "value"> {
  const isMandatory = flags.includes("M");
  const isProtected = flags.includes("P");
  if (/^\d+(\/\d+)?$/.test(name)) {
    const [code = 0, vendorId = 0] = name.split("/").map(Number);
    return { code, vendorId, isMandatory, isProtected, definition: undefined };
  }
  const definition: AvpDefinition | undefined = BY_NAME.get(name);
  if (definition === undefined) throw new Error(`the dictionary has no ${name}`);
  return { code: definition.code, vendorId: definition.vendorId, isMandatory, isProtected, definition };
}

function parseValue(type: AvpType, text: string): AvpValue {
  switch (type) {
    case "OctetString":
      return Buffer.from(text, "hex");
    case "Integer64":
    case "Unsigned64":
      return BigInt(text);
    case "Time":
      return Temporal.Instant.from(text).epochMilliseconds as EpochMs;
    case "Address": {
      const [, family, address = ""] = /^(\d+)\/(.*)$/.exec(text) ?? [];
      return { family: Number(family), text: address };
    }
    case "UTF8String":
    case "DiameterIdentity":
    case "DiameterURI":
    case "IPFilterRule":
    case "QoSFilterRule":
      return JSON.parse(text) as string;
    default:
      return Number(text);
  }
}

/** `request proxiable 272 app=4 hop=1 end=2`. */
export function formatHeader(header: MessageHeader): string {
  const { isRequest, isProxiable, isError, isRetransmission, commandCode } = header;
  const words = [
    isRequest ? "request" : "answer",
    ...(isProxiable ? ["proxiable"] : []),
    ...(isError ? ["error"] : []),
    ...(isRetransmission ? ["retransmission"] : []),
  ];
  const ids = `app=${header.applicationId} hop=${header.hopByHopId} end=${header.endToEndId}`;
  return `${words.join(" ")} ${commandCode} ${ids}`;
}

/** Reads what {@link formatHeader} writes. */
export function parseHeader(line: string): MessageHeader {
  const [, words = "", code, app, hop, end] = /^(.*?) (\d+) app=(\d+) hop=(\d+) end=(\d+)$/.exec(line) ?? [];
  if (code === undefined) throw new Error(`no header: ${line}`);
  return {
    ...{ commandCode: Number(code), applicationId: Number(app), hopByHopId: Number(hop), endToEndId: Number(end) },
    ...{ isRequest: words.includes("request"), isProxiable: words.includes("proxiable") },
    ...{ isError: words.includes("error"), isRetransmission: words.includes("retransmission") },
  };
}
