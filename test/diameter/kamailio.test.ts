import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CreditControlAnswer } from "../../src/protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest } from "../../src/protocol/diameter/credit-control-request.ts";
import { DiameterServer } from "../../src/server/diameter/diameter-server.ts";
import { peerSettings } from "../../src/server/diameter/peer-settings.ts";
import { freePort } from "../support/free-port.ts";
import { ServerProcess } from "../support/server-process.ts";
import { hasKamailio, SCENARIOS, sipp } from "../support/sip.ts";

const GUIDE = new URL("../../docs/guides/diameter.md", import.meta.url);
const MODULE = "/usr/lib/x86_64-linux-gnu/kamailio/modules/ims_charging.so";

/** Seconds that are granted at a time. */
const SLICE_S = 5;

function hasImsCharging(): boolean {
  if (!hasKamailio()) return false;
  if (existsSync(MODULE)) return true;
  process.stderr.write(`not run: ${MODULE} is not there: apt-get install -y kamailio-ims-modules\n`);
  return false;
}

describe.skipIf(!hasImsCharging())("calls through Kamailio, with the configuration of the guide", () => {
  let dir: string;
  let server: DiameterServer;
  const servers: ServerProcess[] = [];
  const ports = { sip: 0, called: 0 };
  const connected = Promise.withResolvers<void>();
  let requests: CreditControlRequest[] = [];
  let creditS = Number.POSITIVE_INFINITY;

  /** Grants slices of what is left of each call's credit. */
  async function charge(request: CreditControlRequest): Promise<CreditControlAnswer> {
    requests.push(request);
    const usedS = requests
      .filter(({ sessionId }) => sessionId === request.sessionId)
      .flatMap(({ services }) => services.flatMap(({ used }) => used))
      .reduce((sum, { timeS = 0 }) => sum + timeS, 0);
    const leftS = Math.max(0, creditS - usedS);
    if (leftS === 0 && request.type === "initial") return { resultCode: 4012, services: [] };
    const isOver = request.type === "termination";
    const services = request.services.map(({ ratingGroup, serviceIds }) => ({
      ...{ ratingGroup, serviceIds, resultCode: 2001 },
      ...(isOver ? {} : { granted: { timeS: Math.min(SLICE_S, leftS) }, validityS: 3600 }),
      ...(isOver || leftS > SLICE_S ? {} : { finalUnit: { kind: "terminate" as const } }),
    }));
    return { resultCode: 2001, services };
  }

  /** The guide's block of a language, with the addresses of this test. */
  async function guides(language: "xml" | "kamailio", diameterPort: number): Promise<string> {
    const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g");
    const text = [...(await readFile(GUIDE, "utf8")).matchAll(block)].map(([, each]) => each).join("");
    return text
      .replaceAll("ocs.example.com", "localhost")
      .replace('port="3868"', `port="${diameterPort}"`)
      .replace('port="3869"', `port="${await freePort()}"`)
      .replace("/etc/kamailio/cdp.xml", join(dir, "cdp.xml"))
      .replace("sip:127.0.0.1:5070", `sip:127.0.0.1:${ports.called}`)
      .replace("udp:127.0.0.1:5060", `udp:127.0.0.1:${ports.sip}`);
  }

  async function call(scenario: keyof typeof SCENARIOS, args: readonly string[]): Promise<void> {
    const numbers = ["-s", "4930123456", "-key", "calling", "4420"];
    const file = join(dir, `${scenario}.xml`);
    const callers = sipp(file, await freePort(), [...numbers, ...args, `127.0.0.1:${ports.sip}`]);
    servers.push(callers);
    expect([await callers.ended(), callers.said.slice(-2_000)]).toEqual([0, expect.anything()]);
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "tollwright-kamailio-ro-"));
    await mkdir(join(dir, "run"));
    [ports.sip, ports.called] = [await freePort(), await freePort()];
    server = await DiameterServer.listen({
      ...{ host: "127.0.0.1", port: 0, tls: null, alsoCalled: [], handler: { charge } },
      node: { host: "localhost", realm: "example.com", stateId: 1, productName: "Tollwright" },
      peers: [peerSettings({ host: "proxy.example.com" })],
      onNotice: ({ event }) => event === "connected" && connected.resolve(),
    });
    const diameterPort = server.portOf("tcp") ?? 0;
    await writeFile(join(dir, "cdp.xml"), await guides("xml", diameterPort));
    await writeFile(join(dir, "kamailio.cfg"), await guides("kamailio", diameterPort));
    for (const [name, text] of Object.entries(SCENARIOS)) await writeFile(join(dir, `${name}.xml`), text);
    servers.push(sipp(join(dir, "answer.xml"), ports.called));
    const args = ["-f", join(dir, "kamailio.cfg"), "-DD", "-E", "-m", "64", "-M", "8"];
    const places = ["-Y", join(dir, "run"), "-w", join(dir, "run")];
    servers.push(new ServerProcess("/usr/sbin/kamailio", [...args, ...places]));
    await connected.promise;
  });
  beforeEach(() => {
    requests = [];
  });
  afterAll(async () => {
    for (const each of servers) await each.kill();
    await server?.close();
    if (dir) await rm(dir, { recursive: true });
  });

  const count = (type: CreditControlRequest["type"]): number => requests.filter((each) => each.type === type).length;

  test("calls that hang up are opened and closed, each with who calls whom", async () => {
    await call("talk", ["-m", "10", "-r", "10", "-d", "2000"]);
    expect([count("initial"), count("update"), count("termination")]).toEqual([10, 0, 10]);
    expect(new Set(requests.map(({ sessionId }) => sessionId)).size).toBe(10);
    for (const { subscriptions, serviceContextId, information, services } of requests) {
      expect(subscriptions[0]).toMatchObject({ kind: "sip-uri", data: expect.stringMatching(/^sip:4420/) });
      expect(serviceContextId).toBe("ext.01.001.8.32260@3gpp.org");
      expect(information.call?.called).toMatch(/4930123456/);
      expect(services).toMatchObject([{ ratingGroup: 100, serviceIds: [1000] }]);
    }
  });

  test("a call is cut when its last units are used", async () => {
    creditS = 3;
    await call("wait", ["-m", "1"]);
    expect([count("initial"), count("termination")]).toEqual([1, 1]);
    expect(requests.at(-1)?.services[0]?.used[0]?.timeS).toBeGreaterThanOrEqual(3);
  });

  test("a call without credit is refused with 402", async () => {
    creditS = 0;
    await call("refused", ["-m", "3"]);
    expect(count("initial")).toBe(3);
    expect(server.counts.get("request-refused")).toBeUndefined();
  });
});
