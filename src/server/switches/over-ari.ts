import { now, uuidv7 } from "../../clock.ts";
import { type EpochMs, epochMs, fromInstant } from "../../core/time/epoch.ts";
import { isDialable, VALUE_SEPARATOR } from "../../protocol/agi/agi-command.ts";
import type { AriChannel, AriEventOutcome } from "../../protocol/agi/ari-event.ts";
import * as ari from "../../protocol/agi/ari-request.ts";
import { CHANNEL_VALUES, instantOf, readChannelFacts } from "../../protocol/agi/call-facts.ts";
import type { AriClient } from "../ari/ari-client.ts";
import type { Charging } from "../charging/charging.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import { attemptOf, dialplanSeconds } from "./asterisk-call.ts";
import { type DialplanAnswer, dialplanAnswer, failed, invalid } from "./dialplan-answer.ts";

/** What is known of a channel whose call was authorised. */
interface FollowedCall {
  readonly leg: string;
  /** The channel was up before: how long this call of it has lasted only the dialplan knows. */
  readonly wasUp: boolean;
  answeredAt: EpochMs | null;
}

/** Calls that are followed at a time; of more, the end is told by the dialplan alone. */
const CALLS_MAX = 100_000;
/** The variable by which a channel says that its call was authorised, and as which session. */
const LEG = "TOLLWRIGHT_LEG";

/**
 * Follows calls of one Asterisk by the events of its channels, whoever authorised them: their answer, and their end,
 * should the dialplan not tell of it. Calls that the dialplan gives to our application are authorised, and go on there.
 */
export class ChargingOverAri {
  readonly #charging: Charging;
  readonly #client: AriClient;
  readonly #source: PushedSource;
  readonly #failed: (error: unknown) => void;
  readonly #calls = new Map<string, FollowedCall>();
  /** What is under way, each event after the one before of its channel. */
  readonly #work = new Map<string, Promise<void>>();

  constructor(
    charging: Charging,
    {
      client,
      source,
      failed: onFailed,
    }: { readonly client: AriClient; readonly source: PushedSource; readonly failed: (error: unknown) => void },
  ) {
    this.#charging = charging;
    this.#client = client;
    this.#source = source;
    this.#failed = onFailed;
  }

  /** How many calls are being followed. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes an event; what fails is told of. */
  take(event: AriEventOutcome): void {
    if (!("channel" in event)) return;
    const { channel } = event;
    const at = event.at ?? fromInstant(now());
    if (event.kind === "variable-set" && event.name === LEG) {
      if (this.#calls.get(channel.id)?.leg !== event.value) this.#ended(channel.id, at, null);
      this.#follow(channel.id, { leg: event.value, wasUp: channel.state === "Up" });
    }
    if (event.kind === "state-changed" && channel.state === "Up") this.#answered(channel.id, at);
    if (event.kind === "destroyed") this.#ended(channel.id, at, event.q850);
    if (event.kind === "entered") this.#then(channel.id, () => this.#authorise(channel, event.args));
  }

  /** Looks which calls are up, when the connection is new: what has come about meanwhile was not told. */
  async compare(): Promise<void> {
    const answer = await this.#client.ask(ari.listChannels());
    if (answer.kind !== "done") return;
    const channels = ari.readAriChannels(answer.value);
    const isUp = new Set(channels.map(({ id }) => id));
    for (const id of this.#calls.keys()) if (!isUp.has(id)) this.#calls.delete(id);
    for (const { id, state } of channels) {
      if (this.#calls.get(id)?.answeredAt) continue;
      const leg = await this.#valueOf(id, LEG);
      if (leg === null) continue;
      this.#follow(id, { leg, wasUp: false });
      const answeredAt = instantOf((await this.#valueOf(id, "CDR(answer,u)")) ?? "");
      if (state === "Up" && answeredAt !== null) this.#answered(id, answeredAt);
    }
  }

  /** Waits for everything that was taken. */
  async settled(): Promise<void> {
    await Promise.all(this.#work.values());
  }

  #follow(id: string, { leg, wasUp }: Pick<FollowedCall, "leg" | "wasUp">): void {
    if (this.#calls.get(id)?.leg === leg || this.#calls.size >= CALLS_MAX) return;
    this.#calls.set(id, { leg, wasUp, answeredAt: null });
  }

  #answered(id: string, answeredAt: EpochMs): void {
    const call = this.#calls.get(id);
    if (call === undefined || call.answeredAt !== null) return;
    call.answeredAt = answeredAt;
    this.#then(id, async () => {
      const name = { sourceId: this.#source.sourceId, requestKey: "answered", key: id, leg: call.leg };
      const more = { talkedMs: 0, counted: "whole-call", wantedS: "granted", recordKey: null } as const;
      await this.#charging.decide(this.#source.tenantId, { kind: "update", ...name, answeredAt, ...more });
    });
  }

  /**
   * The dialplan's own report comes before, as the channel lives while it runs, and is better: of the same request key,
   * it stands, and this one changes nothing.
   */
  #ended(id: string, endedAt: EpochMs, q850: number | null): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    const { leg, wasUp, answeredAt } = call;
    if (wasUp) return;
    const talkedMs = answeredAt === null ? 0 : Math.max(0, endedAt - answeredAt);
    this.#then(id, async () => {
      await this.#charging.decide(this.#source.tenantId, {
        ...{ kind: "stop", sourceId: this.#source.sourceId, requestKey: "stop", key: id, leg, answeredAt, talkedMs },
        endedAt: answeredAt === null ? endedAt : epochMs(answeredAt + talkedMs),
        reportedS: Math.floor(talkedMs / 1_000), // as Asterisk's own records count
        ...{ counted: "whole-call", recordKey: null, isGivenUp: false, attempt: null },
        cause: { q850, sip: null, text: null },
      });
    });
  }

  /** Authorises a call that the dialplan gave to our application, tells its channel, and gives it back. */
  async #authorise(channel: AriChannel, args: readonly string[]): Promise<void> {
    const answer = await this.#decide(channel, args).catch((error: unknown) => {
      this.#failed(error);
      return failed("charging-unavailable");
    });
    for (const [name, value] of answer.variables)
      await this.#client.ask(ari.setChannelVariable(channel.id, name, value));
    await this.#client.ask(ari.continueInDialplan(channel.id));
  }

  async #decide(channel: AriChannel, args: readonly string[]): Promise<DialplanAnswer> {
    const parameters = new URLSearchParams(args.join("&"));
    const called = parameters.get("called") ?? channel.called;
    const wantedS = dialplanSeconds(parameters.get("wanted"), null);
    if (!isDialable(called)) return invalid("called-invalid");
    if (wantedS === undefined) return failed("parameter-invalid");
    const values = [];
    for (const name of CHANNEL_VALUES) values.push((await this.#valueOf(channel.id, name)) ?? "");
    const { sequence, linkedId, startedAt } = readChannelFacts(values.join(VALUE_SEPARATOR));
    const attempt = attemptOf({
      ...{ uniqueId: channel.id, channel: channel.name, calling: channel.calling, called, sequence, linkedId },
      ...{ accountCode: channel.accountCode, startedAt: startedAt ?? channel.createdAt ?? fromInstant(now()) },
      ...{ sourceAddress: parameters.get("from"), egressTrunk: parameters.get("to") },
    });
    const { tenantId, sourceId } = this.#source;
    const asked = { kind: "authorise", sourceId, requestKey: uuidv7(), attempt, wantedS } as const;
    return dialplanAnswer(await this.#charging.decide(tenantId, asked), attempt.leg);
  }

  async #valueOf(id: string, name: string): Promise<string | null> {
    const answer = await this.#client.ask(ari.getChannelVariable(id, name));
    return answer.kind === "unanswered" ? null : ari.readAriVariable(answer);
  }

  /** What is to be done for a channel is done in turn. */
  #then(id: string, work: () => Promise<void>): void {
    const before = this.#work.get(id) ?? Promise.resolve();
    const done = before.then(work).catch(this.#failed);
    this.#work.set(id, done);
    void done.then(() => {
      if (this.#work.get(id) === done) this.#work.delete(id);
    });
  }
}
