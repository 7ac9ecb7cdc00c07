import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { type EpochMs, epochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import { ratingGroupDigits } from "../../core/usage/rating-group.ts";
import { SERVICES } from "../../core/usage/service-units.ts";
import { CALL_DIRECTIONS } from "../../core/usage/switch-call.ts";
import { dialogKey } from "../../mediation/acc/dialog-key.ts";
import type { Database } from "../db/database.ts";
import { requestInvalid } from "../http/problems.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { chargeEvent } from "./charge-event.ts";
import type { Charging } from "./charging.ts";
import type { CallAttempt, ChargingAnswer } from "./charging-request.ts";
import { UNITS_VALID_S } from "./charging-work.ts";
import { signalOf } from "./refusal-signal.ts";
import { letSourcesIn, sourceOf } from "./source-token-routes.ts";
import { stopKey } from "./stop-key.ts";

const closed = { additionalProperties: false } as const;
const field = (description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength: 512 }), Type.Null()], { description }));
const key = Type.String({
  minLength: 1,
  maxLength: 512,
  description: "the switch's own key of the call, as in its records",
});
const leg = Type.Optional(Type.String({ maxLength: 64, description: 'which leg of the call; "" when not given' }));
const time = Type.String({
  maxLength: 40,
  description: "a time with its offset, such as 2026-03-01T08:00:00.250Z, or seconds since 1970, such as 1772352000.25",
});
const wholeSeconds = (description: string) => Type.Integer({ minimum: 0, maximum: 2_678_400, description });
const requestKey = Type.Optional(
  Type.String({ minLength: 1, maxLength: 128, description: "the same for a repeat of this request, and for no other" }),
);
const wantedS = Type.Optional(
  Type.Union([wholeSeconds("seconds of talk time asked for beyond what is used"), Type.Null()], {
    description: "null or not given: as long as the call may last",
  }),
);

const units = (description: string) => Type.Integer({ minimum: 0, maximum: 1_000_000_000_000_000, description });
const wanted = Type.Optional(units("messages or octets asked for beyond what is used"));
const used = Type.Optional(units("messages or octets of the whole session so far, in the place of talkedMs"));
const service = Type.Optional(Type.Enum([...SERVICES], { description: "voice when not given" }));

const dialog = {
  callId: field("the dialog's Call-ID; not given: the key is"),
  fromTag: field("with toTag, where the switch's records are known by their dialog"),
  toTag: field("the tag of the called side"),
};

const Call = {
  calling: Type.String({ maxLength: 512, description: "as the switch writes it" }),
  called: Type.String({ minLength: 1, maxLength: 512, description: "as the switch writes it" }),
  callId: field("links the legs of one call"),
  direction: Type.Optional(Type.Enum([...CALL_DIRECTIONS])),
  startedAt: Type.Optional(time),
  routingNumber: field("where a ported number is routed to"),
  accountCode: field("what account rules look at"),
  sipUser: field("what account rules look at"),
  sourceAddress: field("address of who sent the call"),
  ingressTrunk: field("the trunk that the call came in through"),
  egressTrunk: field("the trunk that it leaves through, where that is known"),
};
const AuthoriseBody = Type.Object({ key, leg, ...Call, service, wantedS, wanted, requestKey }, closed);
const EventBody = Type.Object(
  {
    key,
    leg,
    ...Call,
    service: Type.Enum(["sms", "data"]),
    quantity: Type.Optional(units("how many messages, or octets; 1 when not given")),
  },
  closed,
);
const UpdateBody = Type.Object(
  {
    key,
    leg,
    answeredAt: Type.Optional(Type.Union([time, Type.Null()])),
    talkedMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 2_678_400_000, description: "talk time of the whole call so far" }),
    ),
    used,
    wantedS,
    wanted,
    ...dialog,
    requestKey,
  },
  closed,
);
const whole = (maximum: number) => Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum }), Type.Null()]));
const StopBody = Type.Object(
  {
    key,
    leg,
    answeredAt: Type.Optional(Type.Union([time, Type.Null()])),
    endedAt: Type.Optional(time),
    talkedMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_678_400_000,
        description: "talk time of the whole call; 0: not answered",
      }),
    ),
    used,
    reportedS: Type.Optional(Type.Union([wholeSeconds("the switch's own whole seconds"), Type.Null()])),
    cause: Type.Optional(
      Type.Object({ q850: whole(127), sip: whole(699), text: field("the switch's own word") }, closed),
    ),
    call: Type.Optional(
      Type.Object({ ...Call, service }, { ...closed, description: "the call itself, in case its start never came" }),
    ),
    ...dialog,
    requestKey,
  },
  closed,
);

const Balance = {
  left: Type.Optional(
    Type.Object(
      { amount: Type.String(), currency: Type.String() },
      { description: "what the payer may still spend; not there: nobody pays, or who pays is trusted" },
    ),
  ),
  isLow: Type.Optional(Type.Boolean({ description: "that is below a threshold of the payer's" })),
};

const Answer = Type.Union([
  Type.Object({
    decision: Type.Literal("granted"),
    talkS: Type.Integer({ description: "talk time of the whole call at which the grant ends" }),
    isLast: Type.Boolean({ description: "nothing more is granted: the call ends there" }),
    limitedBy: Type.String({ description: "wanted, cap, price or balance" }),
    ...Balance,
    lowAtS: Type.Optional(
      Type.Integer({ description: "talk time of the whole call at which it falls below the next threshold" }),
    ),
    rateChangesAt: Type.Optional(
      Type.String({ description: "when the payer's tariff changes to another rate within the grant" }),
    ),
  }),
  Type.Object({
    decision: Type.Literal("granted"),
    granted: Type.Integer({ description: "messages or octets of the whole session at which the grant ends" }),
    validS: Type.Integer({ description: "seconds after which to ask again at the latest" }),
    isLast: Type.Boolean({ description: "nothing more is granted: the session ends there" }),
    limitedBy: Type.String({ description: "wanted, cap, price or balance" }),
    ...Balance,
  }),
  Type.Object({
    decision: Type.Literal("refused"),
    reason: Type.Object({ code: Type.String(), what: Type.String(), fix: Type.String() }),
    sip: Type.Integer({ description: "the SIP status to answer the caller with" }),
    q850: Type.Integer({ description: "the Q.850 cause to end the call with" }),
  }),
  Type.Object({ decision: Type.Literal("closed"), fate: Type.String({ description: "what became of its record" }) }),
  Type.Object({ decision: Type.Literal("unknown") }),
]);

const Params = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }) });
const schema = <Body extends Parameters<typeof Type.Array>[0]>(body: Body) => ({
  params: Params,
  body,
  response: { 200: Answer },
});

/**
 * POST /v1/sources/{source}/sessions/{authorise, update, stop} — charges a call, or a session of another service, in
 * real time, with the source's token; /event charges messages at once. Every request may be sent again: a repeat gets
 * the same answer and changes nothing.
 */
export const chargingRoutes =
  (db: Database, charging: Charging): FastifyPluginAsyncTypebox =>
  async (app) => {
    letSourcesIn(app, db);
    const decide = async (charged: PushedSource | null, request: Parameters<Charging["decide"]>[1]) => {
      const isOfUnits = request.kind === "authorise" ? request.attempt.consumed : request.used;
      return shown(await charging.decide(sourceOf(charged).tenantId, request), isOfUnits !== undefined);
    };

    app.post("/v1/sources/:source/sessions/authorise", { schema: schema(AuthoriseBody) }, async ({ body, charged }) => {
      const attempt = attemptOf(body, body);
      return decide(charged, {
        kind: "authorise",
        sourceId: sourceOf(charged).sourceId,
        ...(body.requestKey === undefined
          ? { requestKey: "authorise", isUnnamed: true }
          : { requestKey: body.requestKey }),
        attempt,
        wantedS: wantedOf(body, attempt.consumed !== undefined),
      });
    });
    app.post("/v1/sources/:source/sessions/update", { schema: schema(UpdateBody) }, async ({ body, charged }) => {
      const report = reportOf(body);
      const wantedS = wantedOf(body, report.used !== undefined);
      return decide(charged, {
        kind: "update",
        sourceId: sourceOf(charged).sourceId,
        requestKey: body.requestKey ?? `update ${report.used ?? report.talkedMs} ${wantedS ?? ""}`,
        key: body.key,
        leg: body.leg ?? "",
        answeredAt: timeOf(body.answeredAt),
        ...report,
        counted: "whole-call",
        wantedS,
        recordKey: recordKeyOf(body),
      });
    });
    app.post("/v1/sources/:source/sessions/stop", { schema: schema(StopBody) }, async ({ body, charged }) => {
      const { talkedMs, ...units } = reportOf(body);
      const endedAt = timeOf(body.endedAt) ?? fromInstant(now());
      return decide(charged, {
        kind: "stop",
        sourceId: sourceOf(charged).sourceId,
        requestKey: body.requestKey ?? stopKey("stop", talkedMs),
        key: body.key,
        leg: body.leg ?? "",
        answeredAt: talkedMs === 0 ? timeOf(body.answeredAt) : (timeOf(body.answeredAt) ?? epochMs(endedAt - talkedMs)),
        endedAt,
        talkedMs,
        ...units,
        counted: "whole-call",
        reportedS: body.reportedS ?? null,
        cause: { q850: body.cause?.q850 ?? null, sip: body.cause?.sip ?? null, text: body.cause?.text ?? null },
        recordKey: recordKeyOf(body),
        isGivenUp: false,
        attempt: body.call === undefined ? null : attemptOf(body, body.call),
      });
    });
    app.post("/v1/sources/:source/sessions/event", { schema: schema(EventBody) }, async ({ body, charged }) => {
      const { sourceId, tenantId } = sourceOf(charged);
      const { quantity = 1 } = body;
      const asked = { sourceId, attempt: attemptOf(body, body), quantity, requestKey: `event ${quantity}` };
      return shown(await chargeEvent(charging, tenantId, asked), true);
    });
  };

/** What a report tells of: talk time, or units. Errors: Problem `request-invalid`. */
function reportOf({ talkedMs, used: units }: Pick<Static<typeof StopBody>, "talkedMs" | "used">) {
  if ((talkedMs === undefined) === (units === undefined))
    throw requestInvalid({ reason: "a report has talkedMs of a call, or what is used of another service" });
  return units === undefined ? { talkedMs: talkedMs ?? 0 } : { talkedMs: 0, used: units };
}

/** Errors: Problem `request-invalid` for units of what has none, and the other way round. */
function wantedOf(
  body: { readonly wantedS?: number | null; readonly wanted?: number },
  isOfUnits: boolean,
): number | null {
  if ((isOfUnits ? body.wantedS : body.wanted) !== undefined)
    throw requestInvalid({ reason: "calls ask for wantedS, messages and data for wanted" });
  return isOfUnits ? (body.wanted ?? 0) : (body.wantedS ?? null);
}

/** The key of the record that Kamailio and OpenSIPS write of the call; null: it is the session's own. */
function recordKeyOf(body: {
  readonly key: string;
  readonly callId?: string | null;
  readonly fromTag?: string | null;
  readonly toTag?: string | null;
}): string | null {
  const { key, callId, fromTag, toTag } = body;
  return fromTag && toTag ? dialogKey({ callId: callId || key, fromTag, toTag }) : null;
}

type CallFields = Omit<Static<typeof AuthoriseBody>, "key" | "leg" | "wantedS" | "wanted" | "requestKey">;

const attemptOf = (
  { key: ofCall, leg: ofLeg }: { readonly key: string; readonly leg?: string },
  call: CallFields,
): CallAttempt => ({
  key: ofCall,
  leg: ofLeg ?? "",
  callId: call.callId ?? null,
  direction: call.direction ?? "originating",
  calling: call.calling,
  called: call.service === "data" ? ratingGroupIn(call.called) : call.called,
  ...(call.service !== undefined && call.service !== "voice" && { consumed: { service: call.service, quantity: 0 } }),
  routingNumber: call.routingNumber ?? null,
  startedAt: timeOf(call.startedAt) ?? fromInstant(now()),
  accountCode: call.accountCode ?? null,
  sipUser: call.sipUser ?? null,
  sourceAddress: call.sourceAddress ?? null,
  ingressTrunk: call.ingressTrunk ?? null,
  egressTrunk: call.egressTrunk ?? null,
});

/** Errors: Problem `request-invalid`. */
function ratingGroupIn(called: string): string {
  const digits = ratingGroupDigits(called);
  if (digits === undefined) throw requestInvalid({ reason: `of data, called is a rating group, not "${called}"` });
  return digits;
}

/** Errors: Problem `request-invalid`. */
function timeOf(text: string | null | undefined): EpochMs | null {
  if (text === null || text === undefined) return null;
  const [, seconds, fraction = ""] = /^(\d{9,11})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (seconds !== undefined) return epochMs(Number(seconds) * 1_000 + Number(fraction.padEnd(3, "0").slice(0, 3)));
  try {
    return fromInstant(Temporal.Instant.from(text));
  } catch {
    throw requestInvalid({ reason: `"${text}" is no time such as 2026-03-01T08:00:00.250Z` });
  }
}

function shown(answer: ChargingAnswer, isOfUnits: boolean): Static<typeof Answer> {
  switch (answer.kind) {
    case "granted": {
      const { talkS, isLast, limitedBy, left, isLow, lowAtS, rateChangesAt } = answer;
      const how = { decision: "granted", isLast, limitedBy } as const;
      const balance = { ...(left !== undefined && { left }), ...(isLow && { isLow }) };
      if (isOfUnits) return { ...how, granted: talkS, validS: UNITS_VALID_S, ...balance };
      return {
        ...{ ...how, talkS, ...balance },
        ...(lowAtS !== undefined && { lowAtS }),
        ...(rateChangesAt !== undefined && { rateChangesAt: toInstant(rateChangesAt).toString() }),
      };
    }
    case "refused":
      return { decision: "refused", reason: answer.reason, ...signalOf(answer.reason.code) };
    case "closed":
      return { decision: "closed", fate: answer.fate };
    case "unknown":
      return { decision: "unknown" };
    default:
      return answer satisfies never;
  }
}
