import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { type EpochMs, epochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import { CALL_DIRECTIONS } from "../../core/usage/switch-call.ts";
import { dialogKey } from "../../mediation/acc/dialog-key.ts";
import type { Database } from "../db/database.ts";
import { requestInvalid } from "../http/problems.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import type { Charging } from "./charging.ts";
import type { CallAttempt, ChargingAnswer } from "./charging-request.ts";
import { signalOf } from "./refusal-signal.ts";
import { letSourcesIn, sourceOf } from "./source-token-routes.ts";

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
const AuthoriseBody = Type.Object({ key, leg, ...Call, wantedS, requestKey }, closed);
const UpdateBody = Type.Object(
  {
    key,
    leg,
    answeredAt: Type.Optional(Type.Union([time, Type.Null()])),
    talkedMs: Type.Integer({ minimum: 0, maximum: 2_678_400_000, description: "talk time of the whole call so far" }),
    wantedS,
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
    talkedMs: Type.Integer({
      minimum: 0,
      maximum: 2_678_400_000,
      description: "talk time of the whole call; 0: not answered",
    }),
    reportedS: Type.Optional(Type.Union([wholeSeconds("the switch's own whole seconds"), Type.Null()])),
    cause: Type.Optional(
      Type.Object({ q850: whole(127), sip: whole(699), text: field("the switch's own word") }, closed),
    ),
    call: Type.Optional(Type.Object(Call, { ...closed, description: "the call itself, in case its start never came" })),
    ...dialog,
    requestKey,
  },
  closed,
);

const Answer = Type.Union([
  Type.Object({
    decision: Type.Literal("granted"),
    talkS: Type.Integer({ description: "talk time of the whole call at which the grant ends" }),
    isLast: Type.Boolean({ description: "nothing more is granted: the call ends there" }),
    limitedBy: Type.String({ description: "wanted, cap, price or balance" }),
    left: Type.Optional(
      Type.Object(
        { amount: Type.String(), currency: Type.String() },
        { description: "what the payer may still spend; not there: nobody pays, or who pays is trusted" },
      ),
    ),
    isLow: Type.Optional(Type.Boolean({ description: "that is below a threshold of the payer's" })),
    lowAtS: Type.Optional(
      Type.Integer({ description: "talk time of the whole call at which it falls below the next threshold" }),
    ),
    rateChangesAt: Type.Optional(
      Type.String({ description: "when the payer's tariff changes to another rate within the grant" }),
    ),
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
 * POST /v1/sources/{source}/sessions/{authorise, update, stop} — charges a call in real time, with the source's token.
 * Every request may be sent again: a repeat gets the same answer and changes nothing.
 */
export const chargingRoutes =
  (db: Database, charging: Charging): FastifyPluginAsyncTypebox =>
  async (app) => {
    letSourcesIn(app, db);
    const decide = async (charged: PushedSource | null, request: Parameters<Charging["decide"]>[1]) =>
      shown(await charging.decide(sourceOf(charged).tenantId, request));

    app.post("/v1/sources/:source/sessions/authorise", { schema: schema(AuthoriseBody) }, async ({ body, charged }) =>
      decide(charged, {
        kind: "authorise",
        sourceId: sourceOf(charged).sourceId,
        ...(body.requestKey === undefined
          ? { requestKey: "authorise", isUnnamed: true }
          : { requestKey: body.requestKey }),
        attempt: attemptOf(body, body),
        wantedS: body.wantedS ?? null,
      }),
    );
    app.post("/v1/sources/:source/sessions/update", { schema: schema(UpdateBody) }, async ({ body, charged }) =>
      decide(charged, {
        kind: "update",
        sourceId: sourceOf(charged).sourceId,
        requestKey: body.requestKey ?? `update ${body.talkedMs} ${body.wantedS ?? ""}`,
        key: body.key,
        leg: body.leg ?? "",
        answeredAt: timeOf(body.answeredAt),
        talkedMs: body.talkedMs,
        counted: "whole-call",
        wantedS: body.wantedS ?? null,
        recordKey: recordKeyOf(body),
      }),
    );
    app.post("/v1/sources/:source/sessions/stop", { schema: schema(StopBody) }, async ({ body, charged }) => {
      const { talkedMs } = body;
      const endedAt = timeOf(body.endedAt) ?? fromInstant(now());
      return decide(charged, {
        kind: "stop",
        sourceId: sourceOf(charged).sourceId,
        requestKey: body.requestKey ?? "stop",
        key: body.key,
        leg: body.leg ?? "",
        answeredAt: talkedMs === 0 ? timeOf(body.answeredAt) : (timeOf(body.answeredAt) ?? epochMs(endedAt - talkedMs)),
        endedAt,
        talkedMs,
        counted: "whole-call",
        reportedS: body.reportedS ?? null,
        cause: { q850: body.cause?.q850 ?? null, sip: body.cause?.sip ?? null, text: body.cause?.text ?? null },
        recordKey: recordKeyOf(body),
        isGivenUp: false,
        attempt: body.call === undefined ? null : attemptOf(body, body.call),
      });
    });
  };

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

type CallFields = Omit<Static<typeof AuthoriseBody>, "key" | "leg" | "wantedS" | "requestKey">;

const attemptOf = (
  { key: ofCall, leg: ofLeg }: { readonly key: string; readonly leg?: string },
  call: CallFields,
): CallAttempt => ({
  key: ofCall,
  leg: ofLeg ?? "",
  callId: call.callId ?? null,
  direction: call.direction ?? "originating",
  calling: call.calling,
  called: call.called,
  routingNumber: call.routingNumber ?? null,
  startedAt: timeOf(call.startedAt) ?? fromInstant(now()),
  accountCode: call.accountCode ?? null,
  sipUser: call.sipUser ?? null,
  sourceAddress: call.sourceAddress ?? null,
  ingressTrunk: call.ingressTrunk ?? null,
  egressTrunk: call.egressTrunk ?? null,
});

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

function shown(answer: ChargingAnswer): Static<typeof Answer> {
  switch (answer.kind) {
    case "granted": {
      const { talkS, isLast, limitedBy, left, isLow, lowAtS, rateChangesAt } = answer;
      return {
        ...{ decision: "granted", talkS, isLast, limitedBy },
        ...(left !== undefined && { left }),
        ...(isLow && { isLow }),
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
