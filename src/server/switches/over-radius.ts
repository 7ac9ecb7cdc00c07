import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { AccessDecision, RefusalReason } from "../../protocol/radius/access-decision.ts";
import type { AccessRequest } from "../../protocol/radius/access-request.ts";
import type { AccountingRecord } from "../../protocol/radius/accounting-record.ts";
import type { SessionFacts } from "../../protocol/radius/session-facts.ts";
import type { Charging } from "../charging/charging.ts";
import type { CallAttempt, CallHandle, ChargingRequest, Refusal, SessionName } from "../charging/charging-request.ts";
import { endLostSessions, type LostSessions } from "../charging/end-lost-sessions.ts";
import { passes } from "../charging/problems.ts";
import { stopKey } from "../charging/stop-key.ts";
import type { Database } from "../db/database.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import type { RadiusClient, RadiusSender } from "../radius/radius-client.ts";
import type { RadiusHandler } from "../radius/radius-handler.ts";
import { shownSipUser } from "../sip-users/sip-user.ts";
import type { RadiusUsers } from "./radius-users.ts";
import { readSessionToken, sessionToken } from "./session-token.ts";

export interface OverRadiusOptions {
  readonly db: Database;
  readonly charging: Charging;
  readonly users: RadiusUsers;
  readonly sourceOf: (client: RadiusClient) => PushedSource | undefined;
}

/** Charges what RADIUS clients ask about and account for: each client is a source. */
export class ChargingOverRadius implements RadiusHandler {
  readonly #db: Database;
  readonly #charging: Charging;
  readonly #users: RadiusUsers;
  readonly #sourceOf: OverRadiusOptions["sourceOf"];

  constructor({ db, charging, users, sourceOf }: OverRadiusOptions) {
    this.#db = db;
    this.#charging = charging;
    this.#users = users;
    this.#sourceOf = sourceOf;
  }

  /** Who proves to be a user calls for his account; other accounts are known by trunks, addresses and numbers. */
  async authorise(request: AccessRequest, sender: RadiusSender): Promise<AccessDecision | "busy"> {
    try {
      return await this.#authorise(request, sender);
    } catch (error) {
      if (passes(error)) return "busy";
      throw error;
    }
  }

  async #authorise(request: AccessRequest, { client, address }: RadiusSender): Promise<AccessDecision> {
    const source = this.#sourceOf(client);
    if (source === undefined) return { kind: "reject", reason: "service-unavailable" };
    const caller = await this.#users.callerOf(source.tenantId, request, address);
    switch (caller.kind) {
      case "proven":
        if (!isCall(request)) return { kind: "accept", talkS: null };
        return await this.#begin(request, { source, address, sipUser: shownSipUser(caller.user) });
      case "unproven":
        return await this.#begin(request, { source, address, sipUser: caller.claimed || null });
      case "wrong":
        return { kind: "reject", reason: "password-wrong", message: "Wrong user or password." };
      case "locked-out":
        return { kind: "reject", reason: "locked-out", message: "Too many wrong passwords: try again later." };
      case "unreadable":
        return { kind: "reject", reason: "request-invalid", message: caller.why };
      default:
        return caller satisfies never;
    }
  }

  async #begin(
    request: AccessRequest,
    {
      source,
      address,
      sipUser,
    }: { readonly source: PushedSource; readonly address: string; readonly sipUser: string | null },
  ): Promise<AccessDecision> {
    if (request.called === "") return { kind: "reject", reason: "request-invalid", message: "No called number." };
    const name = nameOf(request) ?? { key: request.requestKey, leg: "" };
    const attempt = attemptOf(request, name, request.receivedAt);
    const answer = await this.#charging.decide(source.tenantId, {
      kind: "authorise",
      sourceId: source.sourceId,
      requestKey: request.requestKey,
      attempt: { ...attempt, sipUser, handle: handleOf(request, address) },
      wantedS: null,
    });
    if (answer.kind === "refused")
      return { kind: "reject", reason: reasonOf(answer.reason), message: answer.reason.what };
    if (answer.kind !== "granted" || answer.talkS === 0) return { kind: "reject", reason: "service-unavailable" };
    const { talkS, left = null, lowAtS = null } = answer;
    return { kind: "accept", talkS, token: sessionToken(name), balance: left, lowAtS };
  }

  async account(record: AccountingRecord, { client, address }: RadiusSender): Promise<"accepted" | "retry-later"> {
    const source = this.#sourceOf(client);
    if (source === undefined) return "retry-later";
    const name = nameOf(record);
    try {
      if (record.type === "on" || record.type === "off") {
        await endLostSessions(this.#db, this.#charging, lostBy(record, { sourceId: source.sourceId, address }));
        return "accepted";
      }
      if (name === null) return "accepted";
      await this.#charging.decide(source.tenantId, requestOf(record, name, { sourceId: source.sourceId, address }));
      return "accepted";
    } catch {
      return "retry-later"; // the database is away, or too much waits: the client keeps the record and sends it again
    }
  }
}

/** Whether a user who proves who he is wants to call: a REGISTER or a MESSAGE opens no session. */
const isCall = ({ called, credential }: AccessRequest): boolean =>
  called !== "" && (credential.kind !== "digest" || credential.digest.method === "INVITE");

/** Which session a packet is of: the one it was accepted as, else the one it names; null: it says neither. */
function nameOf({ tokens, sessionKey, leg }: SessionFacts): SessionName | null {
  for (const token of tokens) {
    const name = readSessionToken(token);
    if (name !== undefined) return name;
  }
  return sessionKey === null ? null : { key: sessionKey, leg };
}

/** How the switch is told to end the call: by what it says of the session, where that came from. */
const handleOf = ({ identity }: SessionFacts, address: string): CallHandle => ({
  way: "radius",
  address,
  names: identity,
});

/** The sessions of the NAS that says that it begins or ends; one that names itself in no way is who sent the record. */
function lostBy(
  { nas, eventAt }: AccountingRecord,
  { sourceId, address }: { readonly sourceId: string; readonly address: string },
): LostSessions {
  const names: CallHandle["names"][number][] = [];
  if (nas.address !== "") names.push([nas.address.includes(":") ? "NAS-IPv6-Address" : "NAS-IP-Address", nas.address]);
  else if (nas.identifier !== "") names.push(["NAS-Identifier", nas.identifier]);
  const handle = { way: "radius", ...(names.length === 0 ? { address } : { names }) } as const;
  return { sourceId, openedBy: eventAt, handle };
}

function requestOf(
  record: AccountingRecord,
  name: SessionName,
  { sourceId, address }: { readonly sourceId: string; readonly address: string },
): ChargingRequest {
  const { sessionKey, type, recordKey, answeredAt, talkedMs } = record;
  const of = { sourceId, requestKey: recordKey, ...name };
  const ownKey = sessionKey === null || sessionKey === name.key ? null : sessionKey;
  if (type === "start" || type === "interim") {
    const answered = answeredAt ?? (type === "start" ? (record.stampedAt ?? record.eventAt) : null);
    return {
      kind: "update",
      ...of,
      answeredAt: answered,
      talkedMs: talkedMs ?? 0,
      counted: "whole-call",
      wantedS: "granted",
      recordKey: ownKey,
      handle: handleOf(record, address),
    };
  }
  const isFailed = type === "failed";
  const endedAt = record.endedAt ?? record.stampedAt ?? record.eventAt;
  const isWorthless = isFailed || talkedMs === 0; // and without a called number nobody misses it
  return {
    kind: "stop",
    ...of,
    requestKey: stopKey(recordKey, talkedMs),
    answeredAt: isFailed ? null : (answeredAt ?? answeredBefore(endedAt, talkedMs)),
    endedAt,
    talkedMs: isFailed ? 0 : talkedMs,
    counted: "whole-call",
    reportedS: isFailed ? null : record.reportedS,
    cause: record.cause ?? NO_CAUSE,
    recordKey: ownKey,
    isGivenUp: false,
    attempt: record.called === "" && isWorthless ? null : attemptOf(record, name, record.startedAt ?? endedAt),
  };
}

const answeredBefore = (endedAt: EpochMs, talkedMs: number | null): EpochMs | null =>
  talkedMs === null || talkedMs === 0 ? null : epochMs(endedAt - talkedMs);

const attemptOf = (facts: SessionFacts, { key, leg }: SessionName, startedAt: EpochMs): CallAttempt => ({
  key,
  leg,
  callId: facts.callId,
  direction: "originating",
  calling: facts.calling,
  called: facts.called,
  startedAt,
  accountCode: facts.accountCode || null,
  sipUser: facts.user || null,
  sourceAddress: facts.sourceAddress || null,
  ingressTrunk: facts.ingressTrunk || null,
  egressTrunk: facts.egressTrunk || null,
});

const REASONS: Readonly<Partial<Record<Refusal["code"], RefusalReason>>> = {
  "balance-exhausted": "balance-zero",
  "spend-limited": "credit-exhausted",
  "sessions-limited": "account-in-use",
  "calls-per-second-limited": "account-in-use",
  "destination-barred": "called-barred",
  "database-away": "service-unavailable",
  "account-unknown": "account-unknown",
  "account-ambiguous": "account-unknown",
  "tariff-missing": "account-blocked",
  "destination-blocked": "called-barred",
  "rate-missing-for-call": "called-barred",
};

const reasonOf = ({ code }: Refusal): RefusalReason => REASONS[code] ?? "request-invalid";
