import { setTimeout as sleep } from "node:timers/promises";
import {
  type EslCommand,
  executeCommand,
  executeRespond,
  exitCommand,
  hangupCommand,
  lingerCommand,
  myEventsCommand,
  resumeCommand,
  uuidSetVariableCommand,
} from "../../protocol/esl/command.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import { channelVariable, type EslChannel, readSwitchEvent } from "../../protocol/esl/switch-event.ts";
import type { Charging } from "../charging/charging.ts";
import type { EventSocketConnection } from "../event-socket/event-socket-connection.ts";
import type { CallTaker } from "../event-socket/event-socket-listener.ts";
import type { EventSocketReport } from "../event-socket/event-socket-report.ts";
import { type ChannelDecision, decideChannel, UNAVAILABLE } from "./decide-channel.ts";
import { CHARGED_VARIABLE, LIMIT_VARIABLE, limitOf, msOf } from "./event-socket-call.ts";
import type { FollowedCalls, FollowedSource } from "./followed-calls.ts";

/** Where the dialplan says that we are to call: its dial string, as it would give it to `bridge` itself. */
const BRIDGE_VARIABLE = "tollwright_bridge";
/** For the last events of a channel that we bridged. */
const LINGER_S = 10;
/** For FreeSWITCH to end a call that it was told to refuse. */
const ENDED_MS = 2_000;

/** Decides calls that the dialplan's `socket` asks about: each is let go on for its grant, or refused by a SIP status. */
export class ChargingOverEventSocket implements CallTaker {
  readonly #source: FollowedSource;
  readonly #charging: Charging;
  readonly #calls: FollowedCalls;
  readonly #report: EventSocketReport;

  constructor(
    source: FollowedSource,
    {
      charging,
      calls,
      report,
    }: { readonly charging: Charging; readonly calls: FollowedCalls; readonly report: EventSocketReport },
  ) {
    this.#source = source;
    this.#charging = charging;
    this.#calls = calls;
    this.#report = report;
  }

  get name(): string {
    return this.#source.name;
  }

  async offered(event: EslEvent, connection: EventSocketConnection): Promise<void> {
    const seen = readSwitchEvent(event);
    if (seen.kind !== "channel-offered") {
      this.#report.add("call-not-read", this.name, seen.kind === "malformed" ? seen.reason : event.name);
      await this.#refuse(connection, UNAVAILABLE);
      return;
    }
    const decision = await this.#decide(event, seen.channel);
    const isAnswered = seen.channel.answeredAtUs !== null;
    if (decision.kind === "refused") await this.#refuse(connection, { ...decision, isAnswered });
    else await this.#allow(event, seen.channel, { ...decision, connection });
  }

  event(event: EslEvent, connection: EventSocketConnection): void {
    this.#calls.event(event, connection);
  }

  async #decide(event: EslEvent, channel: EslChannel): Promise<ChannelDecision> {
    const { sliceS, isConnected } = this.#source;
    const isFollowed = isConnected || channelVariable(event, BRIDGE_VARIABLE) !== null;
    const asking = { ...this.#source, wantedS: isFollowed ? sliceS : null }; // else nobody would ask for more
    try {
      return await decideChannel(this.#charging, asking, { event, channel });
    } catch (error) {
      this.#report.add("not-charged", this.name, String(error));
      return UNAVAILABLE;
    }
  }

  /** The dialplan goes on, or the call is bridged to where it says and followed over this connection. */
  async #allow(
    event: EslEvent,
    { uuid, answeredAtUs }: EslChannel,
    {
      connection,
      talkS,
      variables,
    }: Extract<ChannelDecision, { readonly kind: "allowed" }> & { readonly connection: EventSocketConnection },
  ): Promise<void> {
    const bridge = channelVariable(event, BRIDGE_VARIABLE);
    const prepared = await this.#all(connection, [
      uuidSetVariableCommand(uuid, LIMIT_VARIABLE, limitOf(talkS)),
      ...Object.entries(variables).map(([name, value]) => uuidSetVariableCommand(uuid, name, value)),
      uuidSetVariableCommand(uuid, CHARGED_VARIABLE, "granted"),
      ...(bridge === null ? [] : [lingerCommand(LINGER_S), myEventsCommand("plain")]),
    ]);
    if (!prepared) return await this.#refuse(connection, UNAVAILABLE);
    const answeredAt = msOf(answeredAtUs);
    if (answeredAt !== null) await this.#calls.limit(uuid, { answeredAt, talkS }, connection);
    if (bridge === null) {
      if (await this.#all(connection, [resumeCommand()])) await connection.ask(exitCommand());
      return connection.end();
    }
    const execute = (application: string, argument: string): EslCommand =>
      executeCommand({ uuid: null, application, argument, eventLock: true });
    const isBridged = await this.#all(connection, [
      execute("set", "hangup_after_bridge=true"),
      execute("bridge", bridge),
    ]);
    if (!isBridged) await this.#refuse(connection, UNAVAILABLE);
  }

  /** A call that is answered has no status to be told, and neither has a channel that is no SIP call: it is hung up. */
  async #refuse(
    connection: EventSocketConnection,
    {
      sip,
      reason,
      isAnswered = false,
    }: { readonly sip: number; readonly reason: string; readonly isAnswered?: boolean },
  ): Promise<void> {
    const isTold = !isAnswered && (await this.#all(connection, [executeRespond(null, sip, reason)]));
    const ended = new AbortController();
    const late = sleep(ENDED_MS, false, { signal: ended.signal }).catch(() => true);
    const isOver = isTold && (await Promise.race([late, connection.closed.then(() => true)]));
    ended.abort();
    if (!isOver) await connection.ask(hangupCommand(null, "CALL_REJECTED"));
    connection.end();
  }

  /** Gives commands one after the other until one is refused; whether all were taken. */
  async #all(connection: EventSocketConnection, commands: readonly EslCommand[]): Promise<boolean> {
    for (const command of commands) {
      const outcome = await connection.ask(command);
      if (outcome.kind === "answered" && outcome.isOk) continue;
      const why = outcome.kind === "answered" ? outcome.text : outcome.why;
      this.#report.add("command-failed", this.name, why.trim());
      return false;
    }
    return true;
  }
}
