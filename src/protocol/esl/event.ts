import { asObject, parseJson } from "../../core/json-object.ts";
import { decodedHeaders, type EslHeaders, readHeaderBlock } from "./header-block.ts";

/** An event as FreeSWITCH raised it. */
export interface EslEvent {
  /** `CHANNEL_ANSWER`, `BACKGROUND_JOB`, or `CHANNEL_DATA` for what a new outbound connection is told. */
  readonly name: string;
  /** Decoded. Variables of the channel are named `variable_…`. */
  readonly headers: EslHeaders;
  /** What came after the headers: the answer of a background job; "" when there is nothing. */
  readonly body: string;
}

/** An event, or what is wrong with it. The frames after it can still be read. */
export type EventOutcome =
  | { readonly kind: "event"; readonly event: EslEvent }
  | { readonly kind: "malformed"; readonly reason: string };

/** Reads the body of a `text/event-plain` frame: encoded headers, a blank line, and a body as long as they say. */
export function readPlainEvent(octets: Uint8Array, headersMax: number): EventOutcome {
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const blank = bytes.indexOf("\n\n");
  if (blank < 0) return malformed("the event's headers do not end");
  const block = readHeaderBlock(bytes.subarray(0, blank).toString(), headersMax);
  if (block.kind === "malformed") return block;
  const headers = decodedHeaders(block.headers);
  const length = headers.get("Content-Length") ?? "0";
  const body = bytes.subarray(blank + 2);
  if (!/^\d{1,10}$/.test(length)) return malformed("the length of the event's body is no number");
  if (Number(length) > body.length) return malformed("the event's body is shorter than it says");
  return named(headers, body.subarray(0, Number(length)).toString());
}

/** Reads the body of a `text/event-json` frame: one object of texts, the event's own body under `_body`. */
export function readJsonEvent(octets: Uint8Array, headersMax: number): EventOutcome {
  const value = parseJson(Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString());
  if (value === undefined) return malformed("the event is no JSON");
  const object = asObject(value);
  if (object === null) return malformed("the event is no object");
  const headers = new Map<string, string>();
  for (const [name, text] of Object.entries(object)) if (typeof text === "string") headers.set(name, text);
  if (headers.size > headersMax) return malformed(`more than ${headersMax} headers`);
  const body = headers.get("_body") ?? "";
  headers.delete("_body");
  return named(headers, body);
}

function named(headers: EslHeaders, body: string): EventOutcome {
  const name = headers.get("Event-Name");
  if (name === undefined || name === "") return malformed("the event has no name");
  return { kind: "event", event: { name, headers, body } };
}

const malformed = (reason: string): EventOutcome => ({ kind: "malformed", reason });
