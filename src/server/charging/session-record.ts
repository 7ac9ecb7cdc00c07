import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { QUANTITY_MAX } from "../../core/usage/service-units.ts";
import { CALL_DIRECTIONS, type SwitchCall } from "../../core/usage/switch-call.ts";
import type { RowOutcome } from "../../mediation/decoder.ts";

/** The header of the day's file of session records, by which a record that waits in quarantine is read again as one. */
export const SESSION_PREAMBLE = "tollwright session 1";

const text = Type.Union([Type.String(), Type.Null()]);
const time = Type.Integer();
const count = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]);

const SessionRecord = Type.Object(
  {
    key: Type.String({ minLength: 1 }),
    leg: Type.String(),
    callId: text,
    direction: Type.Enum([...CALL_DIRECTIONS]),
    calling: Type.String(),
    called: Type.String({ minLength: 1 }),
    routingNumber: text,
    startedAt: time,
    answeredAt: Type.Union([time, Type.Null()]),
    endedAt: time,
    talkedMs: Type.Integer({ minimum: 0 }),
    reportedS: count,
    accountCode: text,
    sipUser: text,
    // Where it is no call: what was used.
    consumed: Type.Optional(
      Type.Object(
        { service: Type.Enum(["sms", "data"]), quantity: Type.Integer({ minimum: 0, maximum: QUANTITY_MAX }) },
        { additionalProperties: false },
      ),
    ),
    sourceAddress: text,
    ingressTrunk: text,
    egressTrunk: text,
    cause: Type.Object({ q850: count, sip: count, text }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);
type SessionRecord = Static<typeof SessionRecord>;

/** The record that a session leaves when it ends, as one line of JSON; times are milliseconds since 1970 in UTC. */
export function sessionRecordOf(call: SwitchCall): string {
  const { part: _part, routingNumber = null, ...rest } = call;
  return JSON.stringify({ ...rest, routingNumber } satisfies SessionRecord);
}

/** Reads a record that {@link sessionRecordOf} wrote, or that an operator has corrected since. */
export function readSessionRecord(raw: string): Extract<RowOutcome, { readonly kind: "call" | "reject" }> {
  const record = parse(raw);
  if (record === null)
    return {
      kind: "reject",
      reject: {
        code: "value-invalid",
        what: "The text is no session record: a field is missing, unknown, or of another kind.",
        fix: "Correct it to a JSON object with the fields of docs/reference/http.md, and retry it.",
      },
    };
  const { startedAt, answeredAt, endedAt, ...rest } = record;
  const at = (value: number): EpochMs => epochMs(value);
  const times = {
    startedAt: at(startedAt),
    answeredAt: answeredAt === null ? null : at(answeredAt),
    endedAt: at(endedAt),
  };
  return { kind: "call", call: { ...rest, ...times, part: null } };
}

function parse(raw: string): SessionRecord | null {
  try {
    const value: unknown = JSON.parse(raw);
    return Value.Check(SessionRecord, value) ? value : null;
  } catch {
    return null; // no JSON
  }
}
