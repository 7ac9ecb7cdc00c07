import { epochMs } from "../../core/time/epoch.ts";
import { readChannelList } from "../../protocol/esl/channel-list.ts";
import { showChannelsCommand, uuidDumpCommand } from "../../protocol/esl/command.ts";
import { readEslEndOutcome } from "../../protocol/esl/end-outcome.ts";
import { readPlainEvent } from "../../protocol/esl/event.ts";
import { ESL_LIMITS } from "../../protocol/esl/frame-reader.ts";
import { readSwitchEvent } from "../../protocol/esl/switch-event.ts";
import type { Charging } from "../charging/charging.ts";
import type { Stop } from "../charging/charging-request.ts";
import { type CallUp, findCallsUp } from "../charging/find-calls-up.ts";
import type { Database } from "../db/database.ts";
import type { EventSocketConnection } from "../event-socket/event-socket-connection.ts";
import type { EventSocketReport } from "../event-socket/event-socket-report.ts";
import type { FollowedCalls, FollowedSource } from "./followed-calls.ts";

/**
 * Compares open sessions with what FreeSWITCH says is up, after events may have been missed: a call that it has no more
 * ends as it was last known, until its record comes; one that it has, and nobody here follows, is taken up again.
 * Errors: those of the database.
 */
export async function compareCalls(
  { db, charging, report }: { readonly db: Database; readonly charging: Charging; readonly report: EventSocketReport },
  source: FollowedSource,
  { calls, connection }: { readonly calls: FollowedCalls; readonly connection: EventSocketConnection },
): Promise<void> {
  const { tenantId, sourceId, name } = source;
  // First the sessions: a call that begins in between is in the list, and one that ends in between has its own event.
  const sessions = await findCallsUp(db, { sourceId, way: "event-socket" });
  if (sessions.length === 0) return;
  const answer = await connection.ask(showChannelsCommand());
  if (answer.kind === "unanswered") return; // it is asked again when there is a connection
  const list = readChannelList(answer.text);
  if (list.kind === "malformed") {
    report.add("list-not-read", name, list.reason);
    return;
  }
  const up = new Set(list.channels.map(({ uuid }) => uuid));
  for (const call of sessions) {
    if (up.has(call.key) && calls.has(call.key)) continue;
    if ((await lookAt(call.key, { calls, connection })) === "gone")
      await charging.decide(tenantId, endOf(call, sourceId));
  }
}

/**
 * Takes a channel up that is answered; one that is not has its event to come. The list may lag behind, so that it is
 * the channel's own word that counts.
 */
async function lookAt(
  uuid: string,
  { calls, connection }: { readonly calls: FollowedCalls; readonly connection: EventSocketConnection },
): Promise<"gone" | "here" | "unknown"> {
  const dump = await connection.ask(uuidDumpCommand(uuid));
  if (dump.kind === "unanswered") return "unknown";
  if (!dump.isOk) return readEslEndOutcome(dump.text).kind === "not-found" ? "gone" : "unknown";
  const read = readPlainEvent(Buffer.from(dump.text), ESL_LIMITS.headersMax);
  if (read.kind === "malformed") return "unknown"; // FreeSWITCH's own limit ends the call
  const seen = readSwitchEvent(read.event);
  if (seen.kind === "channel-offered" && seen.channel.uuid === uuid)
    await calls.adopt(read.event, seen.channel, connection);
  return "here";
}

/** The end of a call at the moment up to which it was reported. */
function endOf({ key, leg, openedAt, answeredAt, usedS }: CallUp, sourceId: string): Stop {
  const talkedMs = usedS * 1_000;
  return {
    kind: "stop",
    ...{ sourceId, requestKey: "gone", key, leg, answeredAt },
    endedAt: epochMs((answeredAt ?? openedAt) + talkedMs),
    ...{ talkedMs, counted: "whole-call", reportedS: usedS, recordKey: null, attempt: null },
    cause: { q850: null, sip: null, text: "no report" },
    ...{ isGivenUp: true, isGone: true },
  };
}
