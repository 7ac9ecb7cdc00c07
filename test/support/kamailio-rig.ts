import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { freePort, untilListening } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";
import { SCENARIOS, sipp } from "./sip.ts";

/** A Kamailio with the configuration of a guide, somebody who answers its calls, and callers. */
export class KamailioRig {
  readonly #dir: string;
  readonly #servers: ServerProcess[] = [];
  readonly #ports: { readonly sip: number; readonly called: number };
  #kamailio: ServerProcess | undefined;

  private constructor(dir: string, ports: { readonly sip: number; readonly called: number }) {
    this.#dir = dir;
    this.#ports = ports;
  }

  /** Makes a folder for it and chooses its ports; nothing runs yet. */
  static async create(): Promise<KamailioRig> {
    const dir = await mkdtemp(join(tmpdir(), "tollwright-kamailio-"));
    await mkdir(join(dir, "run"));
    for (const [name, text] of Object.entries(SCENARIOS)) await writeFile(join(dir, `${name}.xml`), text);
    return new KamailioRig(dir, { sip: await freePort(), called: await freePort() });
  }

  /** A file of its folder. */
  file(name: string): string {
    return join(this.#dir, name);
  }

  /** Where it takes JSON-RPC. */
  get rpcUrl(): string {
    return `http://127.0.0.1:${this.#ports.sip}/RPC`;
  }

  /** What it has logged so far. */
  get said(): string {
    return this.#kamailio?.said ?? "";
  }

  /** Starts it with the configuration of a guide, in which `replaced` puts this test's addresses in. */
  async start(guide: URL, replaced: readonly (readonly [string, string])[]): Promise<void> {
    const [, text = ""] = /```kamailio\n([\s\S]*?)```/.exec(await readFile(guide, "utf8")) ?? [];
    const own = [
      ["sip:127.0.0.1:5070", `sip:127.0.0.1:${this.#ports.called}`],
      ["udp:127.0.0.1:5060", `udp:127.0.0.1:${this.#ports.sip}`],
      ["tcp:127.0.0.1:5060", `tcp:127.0.0.1:${this.#ports.sip}`],
      ["children=8", "children=4"],
    ] as const;
    const file = join(this.#dir, "kamailio.cfg");
    await writeFile(
      file,
      [...replaced, ...own].reduce((changed, [from, to]) => changed.replaceAll(from, to), text),
    );
    this.#servers.push(sipp(this.#scenario("answer"), this.#ports.called));
    const args = ["-f", file, "-DD", "-E", "-m", "64", "-M", "8", "-Y", join(this.#dir, "run")];
    this.#kamailio = new ServerProcess("/usr/sbin/kamailio", args);
    this.#servers.push(this.#kamailio);
    await this.#kamailio.says(/Listening on/);
    if (text.includes("listen=tcp:")) await untilListening(this.#ports.sip);
  }

  /** Begins calls from numbers that begin with `calling`; each goes as its scenario says. */
  async callers(scenario: keyof typeof SCENARIOS, calling: string, args: readonly string[]): Promise<ServerProcess> {
    const numbers = ["-s", "4930123456", "-key", "calling", calling];
    const to = `127.0.0.1:${this.#ports.sip}`;
    const callers = sipp(this.#scenario(scenario), await freePort(), [...numbers, ...args, to]);
    this.#servers.push(callers);
    return callers;
  }

  /** Makes calls, and waits until every one of them has gone as its scenario says. */
  async call(scenario: keyof typeof SCENARIOS, calling: string, args: readonly string[]): Promise<void> {
    await ended(await this.callers(scenario, calling, args));
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) await server.kill();
    await rm(this.#dir, { recursive: true });
  }

  #scenario(name: keyof typeof SCENARIOS): string {
    return join(this.#dir, `${name}.xml`);
  }
}

/** Waits for callers; every one of their calls has to go as its scenario says. */
export async function ended(callers: ServerProcess): Promise<void> {
  expect([await callers.ended(), callers.said.slice(-2_000)]).toEqual([0, expect.anything()]);
}
