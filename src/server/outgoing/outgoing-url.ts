import { isIP } from "node:net";
import { isOwn, mayCall, type OutgoingPolicy } from "./outgoing-policy.ts";
import { outgoingUrlRefused } from "./problems.ts";

const URL_LENGTH_MAX = 2_048;
/** Below are services that are no web servers: a request could be read by them as commands. */
const FREE_PORT_MIN = 1_024;
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);
const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/**
 * An address that somebody wants to be called, as far as it can be judged without asking for its name: whoever is
 * called is checked again with each request. Spellings of one address (`0x7f.1`, `2130706433`) become the plain one.
 *
 * Errors: Problem `outgoing-url-refused`.
 */
export function readOutgoingUrl(text: string, policy: OutgoingPolicy): URL {
  if (text.length > URL_LENGTH_MAX) throw outgoingUrlRefused({ reason: `it has more than ${URL_LENGTH_MAX} letters` });
  if (!/^[!-~]+$/.test(text)) throw outgoingUrlRefused({ reason: "it has blanks or letters that are not of ASCII" });
  const url = URL.parse(text);
  if (url === null) throw outgoingUrlRefused({ reason: "it is no URL" });
  const fault = faultOf(url, policy);
  if (fault !== null) throw outgoingUrlRefused({ reason: fault });
  return url;
}

function faultOf(url: URL, policy: OutgoingPolicy): string | null {
  const portInitial = DEFAULT_PORTS[url.protocol];
  if (portInitial === undefined) return "it is neither https:// nor http://";
  const port = url.port === "" ? portInitial : Number(url.port);
  if (url.username !== "" || url.password !== "") return "it holds a user or a password";
  if (url.hash !== "") return "it has a part behind #, which no server gets";
  if (port < FREE_PORT_MIN && !WEB_PORTS.has(port)) return `port ${port} is none of 80, 443 and those from 1024 on`;
  const host = hostOf(url);
  const isAddress = isIP(host) !== 0;
  if (isAddress && !mayCall(policy, host)) return "its server is not in the public network";
  if (url.protocol === "http:" && isAddress && !isOwn(policy, host)) return PLAIN;
  return null;
}

/** Why a request without encryption is not made. */
export const PLAIN = "it is not encrypted (http://), which is for allowed ranges of your own network alone";

/** The host's name or address, an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, "$1");
