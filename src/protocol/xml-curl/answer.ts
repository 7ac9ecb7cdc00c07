import type { Brand } from "../../core/brand.ts";

/** Where `bridge` calls to, checked by whoever made it: the event socket's `dialString`. */
export type DialString = Brand<string, "DialString">;

/** A document for mod_xml_curl, or why it cannot be written. */
export type XmlCurlAnswer =
  | { readonly kind: "document"; readonly text: string }
  | { readonly kind: "refused"; readonly reason: string };

/** A call that may be made. */
export interface AllowedCall {
  /** As asked. */
  readonly context: string;
  /** Where we have it call; or it asks its dialplan again, with these variables set, and its own files say where. */
  readonly next:
    | { readonly kind: "bridge"; readonly destination: DialString }
    | { readonly kind: "dialplan"; readonly called: string };
  readonly limitS: number;
  /**
   * "answer": the time counts from the answer, as it is paid. "setup": from now on, ringing included, which cuts a call
   * off earlier than it is paid for.
   */
  readonly limitFrom: "answer" | "setup";
  /** Why the call will have ended when the limit ends it: ALLOTTED_TIMEOUT. */
  readonly cause: string;
  /** Variables of the channel, which its call record will have: the account, our session. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Action {
  readonly application: string;
  readonly data: string;
}

/**
 * What XML cannot hold, and what the dialplan would replace: `${…}` runs what stands in it, and `$1` is part of a
 * number.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are refused
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\p{Surrogate}\ufffe\uffff$]/u;
const NAME = /^[\w.-]{1,80}$/;
/** A space would begin another argument of `transfer`. */
const NUMBER = /^[\w+*#.-]{1,128}$/;
/** Beside what a site has in `execute_on_answer` itself: FreeSWITCH runs all whose names begin so. */
const LIMIT_VARIABLE = "execute_on_answer_tollwright";
const CAUSE = /^\w{1,64}$/;
const SECONDS_MAX = 1_000_000;
const TYPE = "freeswitch/xml";

/** Says that we have no answer: FreeSWITCH goes on with its own files. */
export const notFoundDocument = (): string => document('<section name="result"><result status="not found"/></section>');

/** Lets a call be made for a time. */
export function allowDocument(call: AllowedCall): XmlCurlAnswer {
  const { context, next, limitS, limitFrom, cause, variables } = call;
  if (!Number.isSafeInteger(limitS) || limitS < 1 || limitS > SECONDS_MAX) return refused("limit");
  if (!CAUSE.test(cause)) return refused("cause");
  const settings = Object.entries(variables);
  if (!settings.every(([name]) => NAME.test(name))) return refused("variable");
  if (next.kind === "dialplan" && !NUMBER.test(next.called)) return refused("number");
  if (next.kind === "dialplan" && !NAME.test(context)) return refused("context");
  const limit =
    limitFrom === "setup"
      ? { application: "sched_hangup", data: `+${limitS} ${cause}` }
      : { application: "set", data: `${LIMIT_VARIABLE}=sched_hangup +${limitS} ${cause}` };
  return dialplan(context, [
    ...settings.map(([name, value]) => ({ application: "set", data: `${name}=${value}` })),
    limit,
    ...(next.kind === "bridge"
      ? [
          { application: "set", data: "hangup_after_bridge=true" },
          { application: "bridge", data: next.destination },
        ]
      : [{ application: "transfer", data: `${next.called} XML ${context}` }]),
  ]);
}

/** Answers a call that may not be made, with a SIP status from 400 to 699: 402, 403, 404, 503. */
export function respondDocument(context: string, status: number, reason: string): XmlCurlAnswer {
  if (!Number.isSafeInteger(status) || status < 400 || status > 699) return refused("status");
  return dialplan(context, [{ application: "respond", data: reason === "" ? `${status}` : `${status} ${reason}` }]);
}

function dialplan(context: string, actions: readonly Action[]): XmlCurlAnswer {
  if (UNSAFE.test(context)) return refused("context");
  if (actions.some(({ data }) => UNSAFE.test(data))) return refused("argument");
  const lines = actions.map(
    ({ application, data }) => `<action application="${escaped(application)}" data="${escaped(data)}"/>`,
  );
  return {
    kind: "document",
    text: document(
      `<section name="dialplan"><context name="${escaped(context)}"><extension name="tollwright">` +
        `<condition>${lines.join("")}</condition></extension></context></section>`,
    ),
  };
}

const document = (content: string): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<document type="${TYPE}">${content}</document>\n`;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "");

const refused = (what: string): XmlCurlAnswer => ({ kind: "refused", reason: `the ${what} cannot be written` });
