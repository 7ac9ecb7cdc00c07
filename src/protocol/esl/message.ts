import { type EslEvent, readJsonEvent, readPlainEvent } from "./event.ts";
import { ESL_LIMITS, type EslFrame } from "./frame-reader.ts";
import { decodedHeaders, type EslHeaders } from "./header-block.ts";

/** What FreeSWITCH says on an event socket, whoever opened it. */
export type EslMessage =
  /** It wants `auth` before anything else. */
  | { readonly kind: "auth-request" }
  /** The answer to a command; answers come in the order of the commands. `jobUuid` is what `bgapi` goes on under. */
  | { readonly kind: "reply"; readonly isOk: boolean; readonly text: string; readonly jobUuid: string | null }
  /** The answer to `connect` on a connection that FreeSWITCH opened: the whole channel. */
  | { readonly kind: "channel-data"; readonly event: EslEvent }
  /** The answer to `api`, as long as the command makes it. */
  | { readonly kind: "api-response"; readonly isOk: boolean; readonly text: string }
  | { readonly kind: "event"; readonly event: EslEvent }
  /** The end; while it lingers, events of the channel's hang-up are still to come. */
  | { readonly kind: "disconnect"; readonly isLingering: boolean; readonly uuid: string | null; readonly text: string }
  /** Its access list refused us, and it closes the connection. */
  | { readonly kind: "rejected"; readonly text: string }
  /** A kind of content that charging has no use for: log lines, events in XML. */
  | { readonly kind: "other"; readonly contentType: string }
  /** This frame makes no sense; the ones after it can still be read. */
  | { readonly kind: "malformed"; readonly reason: string }
  /** The stream makes no sense from here on: close the connection. */
  | { readonly kind: "broken"; readonly reason: string };

const CONTENT_TYPE_SHOWN_MAX = 80;

/** Reads a frame. Source: FreeSWITCH's mod_event_socket; docs/reference/switch-protocols.md says what was recorded. */
export function readEslMessage(frame: EslFrame, headersMax: number = ESL_LIMITS.headersMax): EslMessage {
  if (frame.kind === "broken") return frame;
  const { headers, body } = frame;
  const contentType = headers.get("Content-Type");
  switch (contentType) {
    case undefined:
      return { kind: "malformed", reason: "no content type" };
    case "auth/request":
      return { kind: "auth-request" };
    case "command/reply":
      return headers.has("Event-Name") ? channelData(headers) : reply(headers);
    case "api/response":
      return apiResponse(textOf(body));
    case "text/event-plain":
      return readPlainEvent(body, headersMax);
    case "text/event-json":
      return readJsonEvent(body, headersMax);
    case "text/disconnect-notice":
      return {
        kind: "disconnect",
        isLingering: headers.get("Content-Disposition") === "linger",
        uuid: headers.get("Controlled-Session-UUID") ?? null,
        text: textOf(body),
      };
    case "text/rude-rejection":
      return { kind: "rejected", text: textOf(body) };
    default:
      return { kind: "other", contentType: contentType.slice(0, CONTENT_TYPE_SHOWN_MAX) };
  }
}

/** Unlike other replies, the data of a channel is encoded, and so is its Reply-Text. */
function channelData(headers: EslHeaders): EslMessage {
  const decoded = decodedHeaders(headers);
  return { kind: "channel-data", event: { name: decoded.get("Event-Name") ?? "", headers: decoded, body: "" } };
}

function reply(headers: EslHeaders): EslMessage {
  const text = headers.get("Reply-Text") ?? "";
  return { kind: "reply", isOk: text.startsWith("+OK"), text, jobUuid: headers.get("Job-UUID") ?? null };
}

/** `-ERR …` and `-USAGE …` are errors; many commands that work say no "+OK". */
const apiResponse = (text: string): EslMessage => ({ kind: "api-response", isOk: !/^-(ERR|USAGE)\b/.test(text), text });

const textOf = (body: Uint8Array): string => Buffer.from(body.buffer, body.byteOffset, body.length).toString();
