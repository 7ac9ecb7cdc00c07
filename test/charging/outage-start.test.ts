import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { hasRadclient, radclient } from "../radius/radclient.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DatabaseOutage } from "../support/database-outage.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let outage: DatabaseOutage;
let operator: Operator;
let folder: string;

/** Ada at .60 a minute with one unit of money, and a gateway that speaks RADIUS. */
beforeAll(async () => {
  db = await testDatabase();
  outage = new DatabaseOutage(db);
  folder = await mkdtemp(join(tmpdir(), "tollwright-start-"));
  operator = await Operator.create(db);
  await prepaidCustomer(operator, { match: { sipUser: "ada" } });
  await operator.source("gateway", "radius-detail", {
    radius: { from: ["127.0.0.1"], secretFrom: { env: "TOLLWRIGHT_SECRET_GATEWAY" }, needsMessageAuthenticator: false },
  });
});
afterAll(async () => {
  await outage?.end();
  await db?.drop();
  if (folder) await rm(folder, { recursive: true });
});

const CALL = `User-Name = "ada"
Calling-Station-Id = "442071234567"
Called-Station-Id = "4930123456"
NAS-IP-Address = 127.0.0.1
Acct-Session-Id = "s-1"
`;
const STOP = "Acct-Status-Type = Stop\nAcct-Session-Time = 30\nEvent-Timestamp = 1772352190\n";
const REFUSED = "Response-Packet-Type == Access-Reject\nMessage-Authenticator =* ANY\nReply-Message =* ANY\n";

const startedIn = (dataDir: string) =>
  startTollwright(["start"], {
    ...{ DATABASE_URL: db.url, TOLLWRIGHT_DATA_DIR: dataDir, TOLLWRIGHT_HTTP_PORT: "0" },
    ...{ TOLLWRIGHT_SECRET_GATEWAY: "testing123", TOLLWRIGHT_LOG_LEVEL: "warn", TOLLWRIGHT_SYSLOG_PORT: "0" },
    ...{ TOLLWRIGHT_RADIUS_AUTH_PORT: "0", TOLLWRIGHT_RADIUS_ACCT_PORT: "0" },
  });

/** `tollwright start`, once it listens. */
async function listening() {
  const { child, ended } = startedIn(folder);
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  while (!said.includes("RADIUS on")) said += String((await once(child.stderr, "data"))[0]);
  const [, auth, acct] = /RADIUS on 127\.0\.0\.1:(\d+) .* 127\.0\.0\.1:(\d+) /.exec(said) ?? [];
  const end = async () => {
    child.kill("SIGTERM");
    return (await ended).status;
  };
  return { said: () => said, end, authPort: Number(auth), acctPort: Number(acct), kill: () => child.kill("SIGKILL") };
}

test.skipIf(!hasRadclient())(
  "without its database `start` refuses calls by the settings of before, keeps what they report, and works once it is back",
  async () => {
    expect(await (await listening()).end()).toBe(0); // so that its sources are known
    await outage.begin();
    const unknown = startedIn(join(folder, "of another"));
    expect((await unknown.ended).status).toBe(2);
    const first = await listening();
    expect(first.said()).toContain("The database is away");
    const tell = (acctPort: number) =>
      radclient({ port: acctPort, command: "acct", request: `${CALL}${STOP}`, options: ["-t", "6", "-r", "1"] });
    const asked = await radclient({ port: first.authPort, command: "auth", request: CALL, reply: REFUSED });
    const emergency = CALL.replace("4930123456", "112").replace("s-1", "s-112");
    const helped = await radclient({ port: first.authPort, command: "auth", request: emergency });
    expect(helped.output).toContain("Access-Accept");
    const told = await tell(first.acctPort);
    expect([asked.exitCode, told.exitCode]).toEqual([0, 0]);
    first.kill();
    const second = await listening(); // with a journal, and still without its database
    expect((await tell(second.acctPort)).exitCode).toBe(0);
    await outage.end();
    await expect.poll(() => booksOf(operator), { timeout: 20_000 }).toMatchObject({ calls: 1, seconds: 30, held: 0 });
    const call = CALL.replace("s-1", "s-2");
    await expect
      .poll(async () => (await radclient({ port: second.authPort, command: "auth", request: call })).output, {
        timeout: 20_000,
      })
      .toContain("Access-Accept");
    expect(await second.end()).toBe(0);
  },
);
