/** What FreeSWITCH says of a call when it asks how to route it, in the words of a call record. */
export interface XmlCurlCall {
  /** What the channel is known by everywhere: in commands, in events, in its call record. */
  readonly uuid: string;
  readonly callId: string;
  readonly sipCallId: string | null;
  readonly calling: string;
  readonly called: string;
  /** The context of the dialplan that the answer has to be for. */
  readonly context: string;
  readonly accountCode: string | null;
  readonly sipUser: string | null;
  readonly sourceAddress: string | null;
  readonly ingressTrunk: string | null;
}

/** What mod_xml_curl asks for. Anything but a route is answered with "not found", and its own files count. */
export type XmlCurlRequest =
  | { readonly kind: "dialplan"; readonly call: XmlCurlCall; readonly fields: ReadonlyMap<string, string> }
  | { readonly kind: "other"; readonly section: string }
  | { readonly kind: "malformed"; readonly reason: string };

/** A call has about 160 fields; sites set a few hundred variables. */
const FIELDS_MAX = 2_000;
const SECTION_SHOWN_MAX = 80;

/**
 * Reads the form that mod_xml_curl posts. Of a name that comes twice the first counts. A "+" stays one: FreeSWITCH
 * writes a space as %20, and a number may begin with a plus.
 */
export function readXmlCurlRequest(body: string): XmlCurlRequest {
  const fields = new Map<string, string>();
  const pairs = body.split("&", FIELDS_MAX + 1);
  if (pairs.length > FIELDS_MAX) return { kind: "malformed", reason: `more than ${FIELDS_MAX} fields` };
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    if (name !== "" && !fields.has(name)) fields.set(name, at < 0 ? "" : decoded(pair.slice(at + 1)));
  }
  const section = fields.get("section");
  if (!section) return { kind: "malformed", reason: "the form does not say what it asks for" };
  if (section !== "dialplan") return { kind: "other", section: section.slice(0, SECTION_SHOWN_MAX) };
  const call = callOf(fields);
  return call === null
    ? { kind: "malformed", reason: "the form does not say which call" }
    : { kind: "dialplan", call, fields };
}

function callOf(fields: ReadonlyMap<string, string>): XmlCurlCall | null {
  const field = (name: string) => fields.get(name) || null;
  const variable = (name: string) => field(`variable_${name}`);
  const uuid = field("Unique-ID") ?? variable("uuid");
  if (uuid === null) return null;
  return {
    uuid,
    callId: variable("call_uuid") ?? field("Channel-Call-UUID") ?? uuid,
    sipCallId: variable("sip_call_id"),
    calling: field("Caller-Caller-ID-Number") ?? variable("caller_id_number") ?? "",
    // A transfer asks again with a new number, which the "Hunt-" fields have.
    called: field("Hunt-Destination-Number") ?? field("Caller-Destination-Number") ?? "",
    context: field("Hunt-Context") ?? field("Caller-Context") ?? "default",
    accountCode: variable("accountcode"),
    sipUser: variable("sip_auth_username") ?? variable("user_name"),
    sourceAddress: field("Caller-Network-Addr") ?? variable("sip_received_ip") ?? variable("sip_network_ip"),
    ingressTrunk: variable("sip_gateway"),
  };
}

/** Octets that are no UTF-8 become U+FFFD; a "%" that begins none stands for itself. */
const decoded = (text: string): string =>
  text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (octets) => Buffer.from(octets.replaceAll("%", ""), "hex").toString());
