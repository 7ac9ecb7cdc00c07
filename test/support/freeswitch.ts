import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { now, uuidv7 } from "../../src/clock.ts";

/** What became of a call that asked by the application `socket`. */
export type Asked =
  | { readonly kind: "went-on" }
  | { readonly kind: "responded"; readonly text: string }
  | { readonly kind: "bridged"; readonly to: string }
  | { readonly kind: "hung-up" };

/** What a call is, of what a test cares for. */
export interface CallFields {
  readonly uuid?: string;
  readonly calling?: string;
  readonly called?: string;
  readonly originator?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

interface Channel {
  readonly uuid: string;
  readonly calling: string;
  called: string;
  readonly originator: string | undefined;
  readonly variables: Map<string, string>;
  readonly createdMs: number;
  answeredMs: number;
  endedMs: number;
  /** The connection of `socket`, with whether it gets events. */
  control: { readonly socket: Socket; hasEvents: boolean } | undefined;
}

const Q850: Readonly<Record<string, string>> = { NORMAL_CLEARING: "16", ALLOTTED_TIMEOUT: "16", CALL_REJECTED: "21" };

/**
 * Stands in for FreeSWITCH, which Debian has not: event sockets both ways, with the framing, the names and the order
 * that were recorded from FreeSWITCH 1.11.1, and a clock of its own. Everything that it writes is cut in two, each
 * time elsewhere.
 */
export class FreeswitchStandIn {
  readonly port: number;
  /** Every command that it was given, in order. */
  readonly commands: string[] = [];
  /** Milliseconds since 1970 by its own clock, an hour behind, so that no call of a test is in the future. */
  nowMs = Math.floor(now().epochMilliseconds / 1_000 - 3_600) * 1_000 + 400;
  readonly #server: Server;
  readonly #password: string;
  readonly #followers = new Set<Socket>();
  readonly #channels = new Map<string, Channel>();
  readonly #ended = new Map<string, Channel>();
  readonly #writing = new Map<Socket, Promise<void>>();
  #tasks: { readonly uuid: string; readonly atS: number; readonly cause: string }[] = [];
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];
  #written = 0;

  private constructor(server: Server, password: string) {
    this.#server = server;
    this.#password = password;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket: Socket) => this.#greet(socket));
  }

  static async start(password = "ClueCon"): Promise<FreeswitchStandIn> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FreeswitchStandIn(server, password);
  }

  /** Connections that get events. */
  get followers(): number {
    return this.#followers.size;
  }

  /** What waits for its clock, of who follows calls. */
  get timers(): number {
    return this.#timers.length;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.loseConnections();
    for (const { control } of this.#channels.values()) control?.socket.destroy();
    await once(this.#server, "close");
  }

  /** Cuts those that follow it off; they may connect again. */
  loseConnections(): void {
    for (const socket of this.#writing.keys()) socket.destroy();
    this.#followers.clear();
  }

  /** The clock of who follows calls. */
  readonly clock = {
    nowMs: (): number => this.nowMs,
    after: (ms: number, run: () => void): (() => void) => {
      const timer = { atMs: this.nowMs + ms, run };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((one) => one !== timer);
      };
    },
  };

  /** Time goes by: what was to happen happens, in its order. */
  pass(seconds: number): void {
    const untilMs = this.nowMs + seconds * 1_000;
    for (;;) {
      const timer = this.#timers.toSorted((a, b) => a.atMs - b.atMs)[0];
      const task = this.#tasks.toSorted((a, b) => a.atS - b.atS)[0];
      const timerMs = timer?.atMs ?? Number.POSITIVE_INFINITY;
      const taskMs = task === undefined ? Number.POSITIVE_INFINITY : task.atS * 1_000;
      if (Math.min(timerMs, taskMs) > untilMs) break;
      this.nowMs = Math.max(this.nowMs, Math.min(timerMs, taskMs));
      if (timer !== undefined && timerMs <= taskMs) {
        this.#timers = this.#timers.filter((one) => one !== timer);
        timer.run();
      } else if (task !== undefined) {
        this.#tasks = this.#tasks.filter((one) => one !== task);
        if (this.#channels.has(task.uuid)) this.hangUp(task.uuid, task.cause);
      }
    }
    this.nowMs = untilMs;
  }

  /** When a call is to be ended, as seconds since its answer, the earliest first. */
  limits(uuid: string): readonly number[] {
    const answeredS = Math.floor((this.#channels.get(uuid)?.answeredMs ?? 0) / 1_000);
    return this.#tasks.filter((task) => task.uuid === uuid).map(({ atS }) => atS - answeredS);
  }

  isUp(uuid: string): boolean {
    return this.#channels.has(uuid);
  }

  variable(uuid: string, name: string): string | undefined {
    return this.#channels.get(uuid)?.variables.get(name);
  }

  /** A call comes in, by which nothing happens as yet. */
  begin({
    uuid = uuidv7(),
    calling = "442071234567",
    called = "4930123456",
    originator,
    variables,
  }: CallFields = {}): string {
    this.#channels.set(uuid, {
      ...{ uuid, calling, called, originator, createdMs: this.nowMs, answeredMs: 0, endedMs: 0, control: undefined },
      variables: new Map(Object.entries({ tollwright: "ask", ...variables })),
    });
    return uuid;
  }

  /** Another leg of a call, towards the callee. */
  beginOtherLeg(originator: string): string {
    return this.begin({ originator, variables: { originator } });
  }

  /** Goes elsewhere, as after REFER. */
  transfer(uuid: string, called: string): void {
    this.#at(uuid).called = called;
    this.#at(uuid).variables.set("tollwright", "ask");
  }

  /** Runs the application `socket`, until the call need not wait any longer. */
  async ask(uuid: string, port: number): Promise<Asked> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const control = { socket, hasEvents: false };
    this.#at(uuid).control = control;
    const asked = Promise.withResolvers<Asked>();
    let hasResumed = false;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      const channel = this.#channels.get(uuid);
      if (channel?.control === control) channel.control = undefined;
      if (hasResumed) asked.resolve({ kind: "went-on" });
      else if (!this.#channels.has(uuid)) asked.resolve({ kind: "hung-up" });
    });
    this.#takeCommands(socket, (command) => {
      if (command === "connect") return this.#channelData(uuid);
      if (command === "resume") hasResumed = true;
      if (command.startsWith("myevents")) control.hasEvents = true;
      const [, application, argument = ""] = /execute-app-name: (\w+)(?:\nexecute-app-arg: (.*))?/.exec(command) ?? [];
      if (application !== undefined) this.#execute(uuid, { application, argument }, asked.resolve);
      if (command.includes("call-command: hangup")) this.hangUp(uuid, "CALL_REJECTED");
      return reply("+OK");
    });
    return await asked.promise;
  }

  answer(uuid: string): void {
    const channel = this.#at(uuid);
    channel.answeredMs = this.nowMs;
    for (const [name, value] of channel.variables) {
      const [, seconds, cause] = /^sched_hangup \+(\d+) (\w+)$/.exec(value) ?? [];
      if (name.startsWith("execute_on_answer") && seconds !== undefined && cause !== undefined)
        this.#schedule(uuid, Math.floor(this.nowMs / 1_000) + Number(seconds), cause);
    }
    this.#raise("CHANNEL_ANSWER", channel);
  }

  beat(uuid: string): void {
    this.#raise("SESSION_HEARTBEAT", this.#at(uuid));
  }

  /** `isHeard`: whether those that follow calls are told, for it drops events that it cannot get rid of. */
  hangUp(uuid: string, cause = "NORMAL_CLEARING", { isHeard = true } = {}): void {
    const channel = this.#at(uuid);
    channel.endedMs = this.nowMs;
    const talkedMs = channel.answeredMs === 0 ? 0 : this.nowMs - channel.answeredMs;
    const epochS = (ms: number) => Math.floor(ms / 1_000);
    const set = {
      ...{ hangup_cause: cause, hangup_cause_q850: Q850[cause] ?? "16", duration: "1" },
      billsec: String(channel.answeredMs === 0 ? 0 : epochS(this.nowMs) - epochS(channel.answeredMs)),
      ...{ billmsec: String(talkedMs), billusec: String(talkedMs * 1_000), start_uepoch: micros(channel.createdMs) },
      ...{ answer_uepoch: micros(channel.answeredMs), end_uepoch: micros(channel.endedMs) },
    };
    for (const [name, value] of Object.entries(set)) channel.variables.set(name, value);
    if (isHeard) this.#raise("CHANNEL_HANGUP_COMPLETE", channel, [["Hangup-Cause", cause]]);
    this.#ended.set(uuid, channel);
    this.#channels.delete(uuid);
    this.#tasks = this.#tasks.filter((task) => task.uuid !== uuid);
    const notice = "Content-Type: text/disconnect-notice\nContent-Disposition: disconnect\nContent-Length: 0\n\n";
    const { control } = channel;
    if (control !== undefined) void this.#write(control.socket, notice).then(() => control.socket.end());
  }

  /** The record of an ended call, as mod_json_cdr writes it. */
  jsonCdr(uuid: string): string {
    const channel = this.#ended.get(uuid);
    if (channel === undefined) throw new Error(`no call ${uuid} has ended`);
    const direction = channel.originator === undefined ? "inbound" : "outbound";
    const variables = { ...Object.fromEntries(channel.variables), uuid, direction, call_uuid: uuid };
    const profile = {
      caller_id_number: channel.calling,
      destination_number: channel.called,
      network_addr: "192.0.2.10",
    };
    return JSON.stringify({ variables, callflow: [{ caller_profile: profile }] });
  }

  #at(uuid: string): Channel {
    const channel = this.#channels.get(uuid);
    if (channel === undefined) throw new Error(`there is no call ${uuid}`);
    return channel;
  }

  #schedule(uuid: string, atS: number, cause: string): void {
    this.#tasks.push({ uuid, atS, cause });
  }

  #execute(
    uuid: string,
    { application, argument }: { readonly application: string; readonly argument: string },
    tell: (asked: Asked) => void,
  ): void {
    const [name = "", value = ""] = argument.split(/=(.*)/s);
    if (application === "set") this.#at(uuid).variables.set(name, value);
    else if (application === "bridge") tell({ kind: "bridged", to: argument });
    else if (application === "respond") {
      tell({ kind: "responded", text: argument });
      this.hangUp(uuid, "CALL_REJECTED");
    }
  }

  #greet(socket: Socket): void {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#followers.delete(socket);
      this.#writing.delete(socket);
    });
    void this.#write(socket, "Content-Type: auth/request\n\n");
    this.#takeCommands(socket, (command) => {
      const [verb, rest = ""] = command.split(/ (.*)/s);
      if (verb === "auth") return reply(rest === this.#password ? "+OK accepted" : "-ERR invalid");
      if (verb !== "event") return reply("-ERR command not found");
      this.#followers.add(socket);
      return reply("+OK event listener enabled plain");
    });
  }

  /** Answers `api` itself, and everything else by `answer`. */
  #takeCommands(socket: Socket, answer: (command: string) => string): void {
    let held = "";
    socket.on("data", (octets: Buffer) => {
      const parts = `${held}${octets}`.split("\n\n");
      held = parts.pop() ?? "";
      for (const command of parts) {
        this.commands.push(command);
        const body = command.startsWith("api ") ? this.#api(command.slice(4)) : undefined;
        const head =
          body === undefined ? "" : `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n`;
        const written = this.#write(socket, body === undefined ? answer(command) : head + body);
        if (command === "exit") void written.then(() => socket.end());
      }
    });
  }

  #api(command: string): string {
    const [verb, first = "", second = "", ...rest] = command.split(" ");
    if (command === "show channels as json") return this.#list();
    const isUp = this.#channels.has(verb === "sched_hangup" ? second : first);
    if (!isUp && verb !== "sched_del") return "-ERR No such channel!\n";
    if (verb === "uuid_kill") this.hangUp(first, second);
    if (verb === "uuid_setvar") this.#at(first).variables.set(second, rest.join(" "));
    if (verb === "uuid_dump") return this.#headers("CHANNEL_DATA", this.#at(first));
    if (verb === "sched_hangup") this.#schedule(second, Number(first), rest[0] ?? "");
    if (verb !== "sched_del") return "+OK\n";
    const before = this.#tasks.length;
    this.#tasks = this.#tasks.filter(({ uuid }) => uuid !== first);
    return `+OK Deleted: ${before - this.#tasks.length}\n`;
  }

  #list(): string {
    const rows = [...this.#channels.values()].map(({ uuid, calling, called, createdMs }) => ({
      ...{ uuid, call_uuid: uuid, cid_num: calling, dest: called, created_epoch: Math.floor(createdMs / 1_000) },
    }));
    return JSON.stringify({ row_count: rows.length, ...(rows.length > 0 && { rows }) });
  }

  #channelData(uuid: string): string {
    const headers = this.#headers("CHANNEL_DATA", this.#at(uuid)).trimEnd();
    return `${headers}\nContent-Type: command/reply\nReply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n`;
  }

  #raise(name: string, channel: Channel, extra: readonly [string, string][] = []): void {
    const body = this.#headers(name, channel, extra);
    const frame = `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-plain\n\n${body}`;
    for (const socket of this.#followers) void this.#write(socket, frame);
    if (channel.control?.hasEvents) void this.#write(channel.control.socket, frame);
  }

  #headers(name: string, channel: Channel, extra: readonly [string, string][] = []): string {
    const { uuid, calling, called, originator, createdMs, answeredMs, endedMs } = channel;
    const headers = [
      ["Event-Name", name],
      ["Event-Date-Timestamp", micros(this.nowMs)],
      ["Unique-ID", uuid],
      ["Call-Direction", originator === undefined ? "inbound" : "outbound"],
      ["Channel-Call-UUID", uuid],
      ["Caller-Caller-ID-Number", calling],
      ["Caller-Network-Addr", "192.0.2.10"],
      ["Caller-Destination-Number", called],
      ["Caller-Context", "default"],
      ["Caller-Channel-Created-Time", micros(createdMs)],
      ["Caller-Channel-Answered-Time", micros(answeredMs)],
      ["Caller-Channel-Hangup-Time", micros(endedMs)],
      ...extra,
      ...[...channel.variables].map(([variable, value]) => [`variable_${variable}`, value]),
    ];
    return `${headers.map(([header, value = ""]) => `${header}: ${encodeURIComponent(value)}`).join("\n")}\n\n`;
  }

  /** In two parts, cut elsewhere each time, behind what is being written already. */
  #write(socket: Socket, text: string): Promise<void> {
    const octets = Buffer.from(text);
    this.#written += 1;
    const at = 1 + (this.#written % (octets.length - 1));
    const writing = (this.#writing.get(socket) ?? Promise.resolve()).then(async () => {
      socket.write(octets.subarray(0, at));
      await turn();
      if (!socket.destroyed) socket.write(octets.subarray(at));
    });
    this.#writing.set(socket, writing);
    return writing;
  }
}

const reply = (text: string): string => `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
/** 0 is never. */
const micros = (ms: number): string => String(ms * 1_000);
