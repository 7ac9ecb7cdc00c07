import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

/** How a channel of the stand-in is, and what it says when it is asked. */
export interface ChannelState {
  /** Lines of its request, beyond those that every call has: `callerid: 44201`. */
  readonly request: readonly string[];
  /** Variables and functions by name, as the dialplan sees them. */
  readonly values: Map<string, string>;
  /** What Dial does: it changes the values, and answers its result. */
  readonly dial: (argument: string, channel: AsteriskChannel) => string | Promise<string>;
}

/**
 * A channel of Asterisk that runs `AGI(agi://…)`: a stand-in, as Asterisk is not in Debian 12. It connects over real TCP,
 * writes its request as Asterisk 20 wrote the recorded ones, answers one command after the other, and keeps what it was
 * told. Between dialplan lines its values stay.
 */
export class AsteriskChannel {
  readonly values: Map<string, string>;
  /** Every command that came, without its line end. */
  readonly commands: string[] = [];
  readonly #uniqueId: string;
  readonly #state: ChannelState;
  #socket: Socket | null = null;

  constructor(uniqueId: string, state: Partial<ChannelState> = {}) {
    this.#uniqueId = uniqueId;
    this.#state = { request: [], values: new Map(), dial: () => "0", ...state };
    this.values = new Map(this.#state.values);
  }

  /** Runs one line of the dialplan until the server has closed the connection; `address` is `authorise?from=…`. */
  async agi(port: number, address: string, args: readonly string[] = [], cutAt?: number): Promise<void> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    this.#socket = socket;
    await once(socket, "connect");
    const head = Buffer.from(this.#head(address, args));
    socket.write(head.subarray(0, cutAt));
    if (cutAt !== undefined) {
      await turn();
      socket.write(head.subarray(cutAt));
    }
    await this.#answerAll(socket);
    if (socket.writable) socket.end("HANGUP\n"); // Asterisk says so at the end of every connection
    socket.on("error", () => undefined);
  }

  /** The caller hangs up while the connection is there. */
  hangUp(): void {
    this.#socket?.write("HANGUP\n");
  }

  /** The connection is lost. */
  lose(): void {
    this.#socket?.destroy();
  }

  /** What the dialplan's variable says; "" when it is not set. */
  of(variable: string): string {
    return this.values.get(variable) ?? "";
  }

  async #answerAll(socket: Socket): Promise<void> {
    let text = "";
    try {
      for await (const chunk of socket.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
        text += chunk;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
          const command = text.slice(0, end);
          text = text.slice(end + 1);
          this.commands.push(command);
          socket.write(`${await this.#answer(command)}\n`);
        }
      }
    } catch {
      // lost, as the test wanted
    }
  }

  async #answer(command: string): Promise<string> {
    const [, set = "", value = ""] = /^SET VARIABLE (\S+) "(.*)"$/.exec(command) ?? [];
    if (set !== "") {
      this.values.set(set, value);
      return "200 result=1";
    }
    const [, asked] = /^GET FULL VARIABLE "(.*)"$/.exec(command) ?? [];
    if (asked !== undefined) return `200 result=1 (${this.#expanded(asked)})`;
    const [, dialled] = /^EXEC Dial "(.*)"$/.exec(command) ?? [];
    if (dialled !== undefined) return `200 result=${await this.#state.dial(dialled, this)}`;
    return command === "HANGUP" ? "200 result=1" : "510 Invalid or unknown command";
  }

  /** Replaces `${…}` as the dialplan does, from the inside out. */
  #expanded(text: string): string {
    const replaced = text.replace(/\$\{([^${}]*)\}/g, (_all, name: string) => {
      const [, measured] = /^LEN\((.*)\)$/.exec(name) ?? [];
      return measured === undefined ? this.of(name) : String(measured.length);
    });
    return replaced === text ? text : this.#expanded(replaced);
  }

  #head(address: string, args: readonly string[]): string {
    const own = new Map(this.#state.request.map((line) => [line.slice(0, line.indexOf(":")), line]));
    const lines = [
      ...["network: yes", `network_script: ${address}`, `request: agi://127.0.0.1/${address}`],
      ...["channel: PJSIP/ada-00000001", "language: en", "type: PJSIP", `uniqueid: ${this.#uniqueId}`],
      ...["version: 20.0.0", "callerid: 442071234567", "calleridname: unknown", "callingpres: 0", "callingani2: 0"],
      ...["callington: 0", "callingtns: 0", "dnid: 4930123456", "rdnis: unknown", "context: from-customers"],
      ...["extension: 4930123456", "priority: 1", "enhanced: 0.0", "accountcode: ", "threadid: 140187372533440"],
      ...args.map((arg, index) => `arg_${index + 1}: ${arg}`),
    ];
    const written = lines.map((line) => own.get(line.slice(0, line.indexOf(":"))) ?? line);
    return `${written.map((line) => `agi_${line}\n`).join("")}\n`;
  }
}

/** Values of a channel before its call: the record that Dial will go into, and when it began. */
export const ringing = (uniqueId: string, sequence = "7"): Map<string, string> =>
  new Map([
    ["CDR(sequence)", sequence],
    ["CHANNEL(linkedid)", uniqueId],
    ["CDR(start,u)", "1772352095.000000"],
  ]);

/** Values that a call leaves which was answered at 1772352100.250 and lasted so many milliseconds. */
export function talked(channel: AsteriskChannel, ms: number): void {
  const fraction = String(ms % 1_000).padStart(3, "0");
  const values = {
    "CDR(dstchannel)": "PJSIP/carrier-00000002",
    "CDR(answer,u)": "1772352100.250000",
    "CDR(end,u)": `${1_772_352_100 + Math.floor((ms + 250) / 1_000)}.${String((ms + 250) % 1_000).padStart(3, "0")}000`,
    "CDR(billsec,f)": `${Math.floor(ms / 1_000)}.${fraction}412`,
    "CDR(billsec)": `${Math.floor(ms / 1_000)}`,
    "CDR(disposition)": "ANSWERED",
    ANSWEREDTIME_MS: `${ms}`,
    ANSWEREDTIME: `${Math.floor(ms / 1_000)}`,
    DIALSTATUS: "ANSWER",
    HANGUPCAUSE: "16",
  };
  for (const [name, value] of Object.entries(values)) channel.values.set(name, value);
}

/** Values that a call leaves which was not answered. */
export function notAnswered(channel: AsteriskChannel, status: string, cause: string): void {
  const values = { "CDR(dstchannel)": "PJSIP/carrier-00000002", "CDR(answer,u)": "0.000000", "CDR(billsec)": "0" };
  const rest = {
    "CDR(end,u)": "1772352105.000000",
    "CDR(billsec,f)": "0.000000",
    "CDR(disposition)": "NO ANSWER",
    ANSWEREDTIME: "",
    ANSWEREDTIME_MS: "",
  };
  for (const [name, value] of Object.entries({ ...values, ...rest, DIALSTATUS: status, HANGUPCAUSE: cause }))
    channel.values.set(name, value);
}
