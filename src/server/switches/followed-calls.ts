import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import {
  schedDeleteCommand,
  schedHangupAtCommand,
  uuidKillCommand,
  uuidSetVariableCommand,
} from "../../protocol/esl/command.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import {
  channelVariable,
  type EslChannel,
  readSwitchEvent,
  type SwitchEvent,
} from "../../protocol/esl/switch-event.ts";
import type { Charging } from "../charging/charging.ts";
import type { BalanceTold, ChargingAnswer, ChargingRequest } from "../charging/charging-request.ts";
import type { EventSocketConnection } from "../event-socket/event-socket-connection.ts";
import type { EventSocketReport } from "../event-socket/event-socket-report.ts";
import { balanceVariables } from "./decide-channel.ts";
import {
  askOf,
  attemptOf,
  causeOf,
  isCharged,
  LIMIT_CAUSE,
  LIMIT_VARIABLE,
  msOf,
  reportOf,
  talkSOf,
} from "./event-socket-call.ts";

/** A source whose FreeSWITCH is charged. */
export interface FollowedSource {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly name: string;
  /** Seconds of talk time that are granted at a time; null: as much as the money pays. */
  readonly sliceS: number | null;
  /** Whether we connect to its event socket, so that every call of it can be followed. */
  readonly isConnected: boolean;
}

/** What tells when to ask for more. */
export interface CallClock {
  /** Milliseconds since anything. */
  nowMs(): number;
  /** Runs something once, so many milliseconds from now, unless it is taken back by what is answered. */
  after(ms: number, run: () => void): () => void;
}

/** Until when a call that was answered may talk. */
export interface TalkLimit {
  /** By FreeSWITCH's clock. */
  readonly answeredAt: EpochMs;
  /** Of the whole call. */
  readonly talkS: number;
}

interface FollowedCall {
  readonly answeredAt: EpochMs;
  /** FreeSWITCH's clock less our monotonic one. */
  readonly clockMs: number;
  readonly connection: EventSocketConnection;
  talkS: number;
  forget: () => void;
}

/** More is asked for so many seconds before a grant ends. */
const LEAD_S = 10;
/** How often a decision is tried again when the database is away. */
const RETRIES_MS = [500, 2_000, 5_000, 15_000, 30_000];
/** Until more is asked for again where there was none. */
const AGAIN_MS = 2_000;
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The machine's own. */
export const CLOCK: CallClock = {
  nowMs: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Follows calls of one source from their answer to their end, by events of any connection. Several processes may follow
 * the same ones: what they ask has the same request keys, and what they tell FreeSWITCH the same times.
 */
export class FollowedCalls {
  readonly #source: FollowedSource;
  readonly #charging: Charging;
  readonly #report: EventSocketReport;
  readonly #clock: CallClock;
  readonly #calls = new Map<string, FollowedCall>();
  readonly #work = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  /** The connection to FreeSWITCH by which calls can be told something, whatever connection they came by. */
  connection: () => EventSocketConnection | undefined = () => undefined;

  constructor(
    source: FollowedSource,
    {
      charging,
      report,
      clock = CLOCK,
    }: { readonly charging: Charging; readonly report: EventSocketReport; readonly clock?: CallClock },
  ) {
    this.#source = source;
    this.#charging = charging;
    this.#report = report;
    this.#clock = clock;
  }

  has(uuid: string): boolean {
    return this.#calls.has(uuid);
  }

  /** A connection by which a call can be told something; undefined: there is none now. */
  connectionOf(uuid: string): EventSocketConnection | undefined {
    const own = this.#calls.get(uuid)?.connection;
    return own?.isOpen ? own : this.connection();
  }

  /** Takes note of what happens to a call that is charged; anything else is passed over. */
  event(event: EslEvent, connection: EventSocketConnection): void {
    const seen = readSwitchEvent(event);
    if (seen.kind === "malformed") this.#report.add("event-not-read", this.#source.name, seen.reason);
    if (!("channel" in seen) || !isCharged(event, seen.channel)) return;
    if (seen.kind === "channel-answered") this.#do(this.#answered(event, seen.channel, connection));
    else if (seen.kind === "channel-heartbeat") this.#do(this.#alive(seen.channel));
    else if (seen.kind === "channel-ended") this.#do(this.#ended(event, seen));
  }

  /** Takes a call up that was answered while nobody followed it, or that another process followed. */
  async adopt(event: EslEvent, channel: EslChannel, connection: EventSocketConnection): Promise<void> {
    const call = this.#begin(channel, connection);
    if (call === undefined) return;
    const requestKey = `adopt/${channel.raisedAtUs}`;
    const answer = await this.#decide(
      reportOf(channel, this.#source.sourceId, { requestKey, wantedS: this.#source.sliceS }),
    );
    await this.#goOn(event, channel, { call, answer });
  }

  /** Sets when FreeSWITCH ends a call, in place of when it was to be before. */
  async limit(uuid: string, { answeredAt, talkS }: TalkLimit, connection: EventSocketConnection): Promise<void> {
    const call = this.#calls.get(uuid);
    if (call !== undefined) this.#askInTime(uuid, call, talkS);
    const endsAtS = Math.floor(answeredAt / 1_000) + talkS;
    const [, outcome] = await Promise.all([
      connection.ask(schedDeleteCommand(uuid)), // every one that is set counts, the earliest first
      connection.ask(schedHangupAtCommand(uuid, endsAtS, LIMIT_CAUSE)),
    ]);
    if (outcome.kind === "unanswered") this.#report.add("command-failed", this.#source.name, outcome.why);
  }

  /** Asks for nothing more, and waits for what is in work; decisions that wait for the database are given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { forget } of this.#calls.values()) forget();
    await Promise.all(this.#work);
  }

  #do(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#report.add("not-charged", this.#source.name, String(error)))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  async #answered(event: EslEvent, channel: EslChannel, connection: EventSocketConnection): Promise<void> {
    const call = this.#begin(channel, connection);
    if (call === undefined) return;
    const { sliceS: wantedS } = this.#source;
    const answer = await this.#decide(
      reportOf(channel, this.#source.sourceId, { requestKey: "answer", wantedS, talkedMs: 0 }),
    );
    if (answer?.kind !== "unknown") return await this.#goOn(event, channel, { call, answer });
    // The dialplan let it go on although nobody had been asked.
    const { sourceId } = this.#source;
    const late = await this.#decide(askOf({ event, channel }, { sourceId, wantedS }, fromInstant(now())));
    if (late?.kind !== "granted") return await this.#goOn(event, channel, { call, answer: late });
    const again = await this.#decide(
      reportOf(channel, this.#source.sourceId, { requestKey: "answer/late", wantedS, talkedMs: 0 }),
    );
    await this.#goOn(event, channel, { call, answer: again });
  }

  /** undefined: it is followed already, or not answered. */
  #begin(channel: EslChannel, connection: EventSocketConnection): FollowedCall | undefined {
    const answeredAt = msOf(channel.answeredAtUs);
    if (answeredAt === null || this.#calls.has(channel.uuid)) return undefined;
    const clockMs = (msOf(channel.raisedAtUs) ?? answeredAt) - this.#clock.nowMs();
    const call = { answeredAt, clockMs, connection, talkS: 0, forget: () => undefined };
    this.#calls.set(channel.uuid, call);
    return call;
  }

  /** A longer grant is put into force; a call that may not go on is ended. */
  async #goOn(
    event: EslEvent,
    { uuid }: EslChannel,
    { call, answer }: { readonly call: FollowedCall; readonly answer: ChargingAnswer | undefined },
  ): Promise<void> {
    if (this.#calls.get(uuid) !== call) return; // it ended meanwhile
    const connection = this.connectionOf(uuid);
    if (connection === undefined) {
      this.#calls.delete(uuid); // it is taken up again when there is a connection
      return;
    }
    const setS = talkSOf(channelVariable(event, LIMIT_VARIABLE)); // at the answer, as it was granted before
    if (answer?.kind === "granted" && answer.talkS > call.talkS) {
      const { talkS } = answer;
      if (call.talkS === 0 && talkS === setS) this.#askInTime(uuid, call, talkS);
      else await this.limit(uuid, { answeredAt: call.answeredAt, talkS }, connection);
      await this.#tellBalance(uuid, answer, connection);
    } else if (isOpen(answer)) {
      if (call.talkS === 0 && setS !== null) this.#askInTime(uuid, call, setS);
    } else if (answer?.kind === "refused") await connection.ask(uuidKillCommand(uuid, "CALL_REJECTED"));
  }

  /** Asks for more before the grant ends: the same for every process that follows the call. */
  #askInTime(uuid: string, call: FollowedCall, talkS: number): void {
    call.forget();
    call.talkS = talkS;
    const askS = talkS - Math.min(LEAD_S, Math.floor(talkS / 2));
    const inMs = call.answeredAt + askS * 1_000 - call.clockMs - this.#clock.nowMs();
    call.forget = this.#clock.after(Math.min(Math.max(0, inMs), TIMER_MS_MAX), () =>
      this.#do(this.#askMore(uuid, call, { askS, time: 0 })),
    );
  }

  /** `time`: how often it was asked before, so that each is a request of its own. */
  async #askMore(uuid: string, call: FollowedCall, { askS, time }: { askS: number; time: number }): Promise<void> {
    const { sourceId, sliceS } = this.#source;
    const { answeredAt, talkS } = call;
    const answer = await this.#decide({
      kind: "update",
      ...{ sourceId, requestKey: `more/${talkS}/${time}`, key: uuid, leg: "" },
      ...{ answeredAt, talkedMs: askS * 1_000, counted: "whole-call", recordKey: null },
      wantedS: sliceS === null ? null : talkS - askS + sliceS,
    });
    const connection = this.connectionOf(uuid);
    if (this.#calls.get(uuid) !== call) return;
    const isOver = call.clockMs + this.#clock.nowMs() > answeredAt + talkS * 1_000;
    if (connection === undefined) this.#calls.delete(uuid);
    else if (answer?.kind === "granted" && answer.talkS > talkS) {
      await this.limit(uuid, { answeredAt, talkS: answer.talkS }, connection);
      await this.#tellBalance(uuid, answer, connection);
    } else if (isOpen(answer) && !isOver)
      call.forget = this.#clock.after(AGAIN_MS, () => this.#do(this.#askMore(uuid, call, { askS, time: time + 1 })));
  }

  /** A balance that is low, or gets low within the grant, stands in the channel's variables. */
  async #tellBalance(uuid: string, told: BalanceTold, connection: EventSocketConnection): Promise<void> {
    if (told.isLow === undefined && told.lowAtS === undefined) return;
    const commands = Object.entries(balanceVariables(told)).map(([name, value]) =>
      uuidSetVariableCommand(uuid, name, value),
    );
    await Promise.all(commands.map((command) => connection.ask(command)));
  }

  async #alive(channel: EslChannel): Promise<void> {
    const requestKey = `beat/${channel.raisedAtUs}`;
    if (channel.answeredAtUs !== null)
      await this.#decide(reportOf(channel, this.#source.sourceId, { requestKey, wantedS: "granted" }));
  }

  async #ended(event: EslEvent, seen: Extract<SwitchEvent, { readonly kind: "channel-ended" }>): Promise<void> {
    const { channel, talkedMs, reportedS } = seen;
    this.#calls.get(channel.uuid)?.forget();
    this.#calls.delete(channel.uuid);
    const endedAt = msOf(channel.endedAtUs) ?? msOf(channel.raisedAtUs) ?? fromInstant(now());
    await this.#decide({
      kind: "stop",
      ...{ sourceId: this.#source.sourceId, requestKey: "end", key: channel.uuid, leg: "" },
      ...{ answeredAt: msOf(channel.answeredAtUs), endedAt, talkedMs, counted: "whole-call", reportedS },
      ...{ cause: causeOf(seen), recordKey: null, isGivenUp: false },
      attempt: attemptOf(event, channel, endedAt),
    });
  }

  /** undefined: it could not be decided, however often it was tried. */
  async #decide(request: ChargingRequest): Promise<ChargingAnswer | undefined> {
    const { signal } = this.#closing;
    for (const retryMs of [...RETRIES_MS, null])
      try {
        return await this.#charging.decide(this.#source.tenantId, request);
      } catch (error) {
        this.#report.add("not-charged", this.#source.name, String(error));
        if (retryMs === null || signal.aborted) return undefined;
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    return undefined;
  }
}

/** Nothing is known against the call: there is no more money as yet, or the database is away. */
const isOpen = (answer: ChargingAnswer | undefined): boolean =>
  answer === undefined ||
  answer.kind === "granted" ||
  (answer.kind === "refused" && answer.reason.code === "database-away");
