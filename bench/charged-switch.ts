import { issuePushToken } from "../src/server/mediation/push-token.ts";
import { CLIENT_HOST } from "../test/diameter/diameter-client.ts";
import { testerOf } from "../test/support/actor.ts";
import { startTollwright } from "../test/support/command-line.ts";
import type { CallLine } from "./call-line.ts";
import { openDiameterLine } from "./diameter-line.ts";
import { openHttpLine } from "./http-line.ts";
import type { Meter } from "./meter.ts";
import { withDatabase } from "./own-database.ts";
import { type Prepaid, setUpPrepaid } from "./prepaid.ts";
import { openRadiusLine } from "./radius-line.ts";

/** The protocols that calls are driven by. */
export type LineProtocol = "HTTP" | "RADIUS" | "Diameter";

/** A Tollwright with a switch at its door. */
export interface ChargedSwitch {
  readonly prepaid: Prepaid;
  readonly line: CallLine;
  /** Of `tollwright start`. */
  readonly pid: number;
}

const SOURCES: Readonly<Record<LineProtocol, { readonly format: string; readonly settings: unknown }>> = {
  HTTP: { format: "freeswitch-csv", settings: {} },
  RADIUS: {
    format: "radius-detail",
    settings: { radius: { from: ["127.0.0.1"], secretFrom: { env: "TOLLWRIGHT_SECRET_SWITCH" } } },
  },
  Diameter: {
    format: "mapped",
    settings: {
      mapping: {
        ...{
          delimiter: ",",
          columns: ["key", "from", "to", "at", "seconds"],
          key: "key",
          calling: "from",
          called: "to",
        },
        ...{ startedAt: { column: "at", format: "epoch-s" }, talked: { column: "seconds", unit: "s" } },
      },
      diameter: { host: CLIENT_HOST },
    },
  },
};

/**
 * Runs `work` with `tollwright start`, a process of its own on a durable database of its own, and a line to it from this
 * process. The meter watches both.
 */
export function withChargedSwitch<T>(
  { protocol, accounts, meter }: { readonly protocol: LineProtocol; readonly accounts: number; readonly meter: Meter },
  work: (charged: ChargedSwitch) => Promise<T>,
): Promise<T> {
  return withDatabase(async (db, databasePid) => {
    const prepaid = await setUpPrepaid(db, accounts, SOURCES[protocol]);
    const { child, ended } = startTollwright(["start"], {
      ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_LOG_LEVEL: "warn" },
      ...{ TOLLWRIGHT_RADIUS_AUTH_PORT: "0", TOLLWRIGHT_RADIUS_ACCT_PORT: "0", TOLLWRIGHT_SECRET_SWITCH: "testing123" },
      ...{ TOLLWRIGHT_DIAMETER_PORT: "0", TOLLWRIGHT_DIAMETER_IDENTITY: "ocs.test.example" },
      TOLLWRIGHT_CHARGING_ANSWER_MS: "10000", // a busy machine is measured, and none of its requests refused
      NODE_OPTIONS: "--max-semi-space-size=64", // as bin/tollwright starts it
    });
    try {
      const said = await saidUntil(child.stderr, /^Listening on .*RADIUS on .*Diameter on [^\n]*\n/ms);
      const port = (pattern: RegExp): number => Number(pattern.exec(said)?.[1]);
      const line = await openLine();
      const pid = child.pid ?? 0;
      meter.watch(databasePid);
      meter.watch(pid);
      try {
        return await work({ prepaid, line, pid });
      } finally {
        await line.close();
      }

      async function openLine(): Promise<CallLine> {
        if (protocol === "Diameter") return openDiameterLine(port(/Diameter on 127\.0\.0\.1:(\d+)/), accounts);
        const [authPort, acctPort] = [port(/RADIUS on 127\.0\.0\.1:(\d+)/), port(/ and 127\.0\.0\.1:(\d+) \(acc/)];
        if (protocol === "RADIUS") return openRadiusLine({ authPort, acctPort }, accounts);
        const { tenantId } = prepaid.operator;
        const asked = { tenantId, source: "switch", revokeEarlier: false, actor: testerOf(tenantId) };
        const { token } = await issuePushToken(db, asked);
        return openHttpLine(/Listening on (\S+)/.exec(said)?.[1] ?? "", token, accounts);
      }
    } finally {
      child.kill("SIGTERM");
      await ended;
    }
  });
}

/** What a stream says up to a line; errors when it ends before. Only listens along: others read it, too. */
function saidUntil(stream: NodeJS.ReadableStream, line: RegExp): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = "";
  const listen = (chunk: Buffer) => {
    said += chunk.toString();
    if (line.test(said)) resolve(said);
  };
  stream.on("data", listen);
  stream.once("end", () => reject(new Error(`Tollwright did not start:\n${said}`)));
  return promise.finally(() => stream.off("data", listen));
}
