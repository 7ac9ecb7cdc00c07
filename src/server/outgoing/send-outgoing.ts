import http, { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isOwn, mayCall, type OutgoingPolicy } from "./outgoing-policy.ts";
import { hostOf, PLAIN } from "./outgoing-url.ts";

export interface OutgoingRequest {
  readonly method: "GET" | "POST";
  /** As `readOutgoingUrl` gives it. */
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
  /** For all of it: the name, the connection, the answer. */
  readonly timeoutMs: number;
  /** What is read of the answer's body. */
  readonly bodyBytesMax: number;
}

/** What came of a request: an outcome, never thrown. */
export type OutgoingAnswer =
  | {
      readonly kind: "answered";
      /** Redirects are answers like others: nobody follows them. */
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
      /** False: there was more of the body than is read, or it broke off. */
      readonly isWhole: boolean;
    }
  | { readonly kind: "failed"; readonly what: string };

interface CheckedAddress {
  readonly address: string;
  readonly family: number;
}

/**
 * Makes one request on a connection of its own, to an address that the policy allows. The name is looked up once, all
 * of its addresses are checked, and the connection is made to these and no others: a name that leads elsewhere a moment
 * later is of no use.
 */
export async function sendOutgoing(policy: OutgoingPolicy, request: OutgoingRequest): Promise<OutgoingAnswer> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const addresses = await Promise.race([addressesOf(policy, request.url), abortOf(signal)]);
    if (typeof addresses === "string") return { kind: "failed", what: addresses };
    return await exchange(request, { addresses, signal, authorities: policy.authorities });
  } catch (error) {
    return { kind: "failed", what: signal.aborted ? timedOut(request) : faultText(error) };
  }
}

const timedOut = ({ timeoutMs }: OutgoingRequest): string => `It took longer than ${timeoutMs / 1_000} s.`;

/** The checked addresses of a URL's host, or why it is not called: without the address, which may be a secret. */
async function addressesOf(policy: OutgoingPolicy, url: URL): Promise<readonly CheckedAddress[] | string> {
  const host = hostOf(url);
  const found = isIP(host) === 0 ? await policy.resolve(host) : [host];
  if (found.length === 0) return `${host} has no address.`;
  if (!found.every((address) => mayCall(policy, address))) return `${host} is not in the public network.`;
  const isWithin = found.every((address) => isOwn(policy, address));
  if (url.protocol !== "https:" && !isWithin) return `It was not called: ${PLAIN}.`;
  return found.map((address) => ({ address, family: isIP(address) }));
}

interface Connecting {
  readonly addresses: readonly CheckedAddress[];
  readonly signal: AbortSignal;
  readonly authorities: string | undefined;
}

async function exchange(
  { method, url, headers, body, bodyBytesMax }: OutgoingRequest,
  { addresses, signal, authorities }: Connecting,
): Promise<OutgoingAnswer> {
  const { request } = url.protocol === "https:" ? https : http;
  const length = body === undefined ? {} : { "content-length": body.length };
  const sent = request(url, {
    method,
    headers: { ...headers, ...length },
    agent: false, // a connection that is kept would lead to where the name led before
    lookup: lookupOf(addresses),
    signal,
    ...(authorities !== undefined && { ca: authorities }),
  });
  const head = Promise.withResolvers<IncomingMessage>();
  sent.on("response", head.resolve);
  sent.on("error", head.reject);
  sent.on("close", () => head.reject(new Error("the connection ended without an answer")));
  sent.end(body);
  try {
    return await readAnswer(await head.promise, bodyBytesMax);
  } finally {
    sent.destroy();
  }
}

/** Answers what was checked, whichever name is asked for. */
const lookupOf =
  (addresses: readonly CheckedAddress[]): LookupFunction =>
  (_host, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, [...addresses]);
    else done(null, first?.address ?? "", first?.family);
  };

/** The status is the answer; a body that breaks off, or does not end in time, takes nothing from it. */
async function readAnswer(response: IncomingMessage, bodyBytesMax: number): Promise<OutgoingAnswer> {
  const chunks: Buffer[] = [];
  let read = 0;
  let isWhole = true;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      read += chunk.length;
      if (read > bodyBytesMax) break;
    }
  } catch {
    isWhole = false;
  }
  const body = Buffer.concat(chunks).subarray(0, bodyBytesMax);
  const { statusCode: status = 0, headers } = response;
  return { kind: "answered", status, headers, body, isWhole: isWhole && read <= bodyBytesMax };
}

function abortOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

const FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "The connection was refused.",
  ECONNRESET: "The connection was broken off.",
  EHOSTUNREACH: "There is no way to the server.",
  ENETUNREACH: "There is no way to the server.",
  ENOTFOUND: "Its name has no address.",
  ENODATA: "Its name has no address.",
  ESERVFAIL: "The servers of its name failed.",
  ETIMEOUT: "The servers of its name did not answer.",
};

/** An error as a sentence. With several addresses there is one for each, within: the first stands for them. */
function faultText(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return String(first);
  const code = "code" in first ? String(first.code) : "";
  return FAULTS[code] ?? (code.startsWith("HPE_") ? "What it answered is no HTTP." : `It failed: ${first.message}.`);
}
