import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { queueMail } from "../../src/server/mail/queue-mail.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { setSipUsers } from "../../src/server/sip-users/set-sip-user.ts";
import { CLIENT_HOST, capabilitiesRequest, creditControlRequest, DiameterClient } from "../diameter/diameter-client.ts";
import { NODE } from "../diameter/server-under-test.ts";
import { callDocument } from "../mediation-http/call-document.ts";
import { hasRadclient, radclient } from "../radius/radclient.ts";
import { testerOf } from "../support/actor.ts";
import { startTollwright } from "../support/command-line.ts";
import type { TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { FreeswitchStandIn } from "../support/freeswitch.ts";
import { Operator } from "../support/operator.ts";
import { prepaidCustomer } from "../support/prepaid-customer.ts";

/** What nobody may find in a log, by what it is. */
export const SECRETS = {
  radius: "shared-secret-of-the-gateway",
  freeswitch: "ClueCon-of-this-rig",
  ftp: "ftp-password-of-the-switch",
  smtp: "smtp-password-of-the-relay",
  sipPassword: "alices-own-password",
  wrongPassword: "a-password-that-is-wrong",
  sipDigest: "bd1e3e6a40192a602ffa985e30137a42",
  metricsToken: "metrics-token-0123456789",
  reset: "reset-token-in-an-address",
  wrongToken: "twp_wrong0000000000000000000000000000000000",
} as const;

/** Telephone numbers of the calls that are made, as they come in. */
export const NUMBERS = ["442071234567", "4930123456", "4930987654", "15005550006"] as const;

/** A `tollwright start` with every door open, and who knocks. */
export class AllDoors {
  readonly operator: Operator;
  readonly token: string;
  readonly #server: ReturnType<typeof startTollwright>;
  readonly #folder: string;
  readonly #freeswitch: FreeswitchStandIn;
  readonly #said: string;

  private constructor(parts: {
    readonly operator: Operator;
    readonly token: string;
    readonly server: ReturnType<typeof startTollwright>;
    readonly folder: string;
    readonly freeswitch: FreeswitchStandIn;
    readonly said: string;
  }) {
    this.operator = parts.operator;
    this.token = parts.token;
    this.#server = parts.server;
    this.#folder = parts.folder;
    this.#freeswitch = parts.freeswitch;
    this.#said = parts.said;
  }

  static async open(db: TestDatabase): Promise<AllDoors> {
    const folder = await mkdtemp(join(tmpdir(), "tollwright-doors-"));
    const operator = await Operator.create(db);
    const { tenantId } = operator;
    await prepaidCustomer(operator, { amount: "1000", match: { sipUser: "ada" } });
    const freeswitch = await FreeswitchStandIn.start(SECRETS.freeswitch);
    const keyFile = join(folder, "secrets.key");
    await settle(operator, { keyFile, freeswitchPort: freeswitch.port, closedPort: await freePort() });
    const order = { tenantId, source: "fs-1", revokeEarlier: false, actor: testerOf(tenantId) };
    const { token } = await issuePushToken(db, order);
    await writeFile(join(folder, "metrics.token"), `${SECRETS.metricsToken}\n`);
    const server = startTollwright(["start"], {
      ...{ DATABASE_URL: db.url, TOLLWRIGHT_DATA_DIR: folder, TOLLWRIGHT_SECRETS_KEY_FILE: keyFile },
      ...{ TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_RADIUS_AUTH_PORT: "0", TOLLWRIGHT_RADIUS_ACCT_PORT: "0" },
      ...{ TOLLWRIGHT_DIAMETER_IDENTITY: NODE.host, TOLLWRIGHT_DIAMETER_PORT: "0" },
      ...{ TOLLWRIGHT_EVENT_SOCKET_PORT: "0", TOLLWRIGHT_METRICS_PORT: "0" },
      ...{ TOLLWRIGHT_METRICS_TOKEN_FILE: join(folder, "metrics.token"), TOLLWRIGHT_LOG_LEVEL: "trace" },
      ...{ TOLLWRIGHT_LOG_REQUESTS: "info", TOLLWRIGHT_MAIL_FROM: "billing@example.com" },
      TOLLWRIGHT_SMTP_URL: `smtp://relay:${SECRETS.smtp}@127.0.0.1:${await freePort()}`,
      ...{ TOLLWRIGHT_SECRET_GATEWAY: SECRETS.radius, TOLLWRIGHT_SECRET_FREESWITCH: SECRETS.freeswitch },
      TOLLWRIGHT_SECRET_FTP: SECRETS.ftp,
    });
    let said = "";
    while (!said.includes("Metrics on")) said += String((await once(server.child.stderr, "data"))[0]);
    return new AllDoors({ operator, token, server, folder, freeswitch, said });
  }

  get url(): string {
    return this.#find(/^Listening on (\S+)$/m);
  }

  get metricsUrl(): string {
    return this.#find(/^Metrics on (\S+)$/m);
  }

  /** Answers everything that it logged and said, once it has ended. */
  async close(): Promise<{ readonly status: number | null; readonly log: string }> {
    this.#server.child.kill("SIGTERM");
    const { status, stderr } = await this.#server.ended;
    await this.#freeswitch.stop();
    await rm(this.#folder, { recursive: true });
    return { status, log: stderr };
  }

  /** Knocks at every door, with what is let in and with what is not. */
  async knock(): Promise<void> {
    await this.#knockHttp();
    if (hasRadclient()) await this.#knockRadius();
    await this.#knockDiameter();
    const calling = { calling: NUMBERS[0], called: NUMBERS[1], variables: { accountcode: "ada" } };
    await this.#freeswitch.ask(this.#freeswitch.begin(calling), Number(this.#find(/FreeSWITCH on \S+:(\d+)/)));
  }

  async #knockHttp(): Promise<void> {
    const call = { calling: NUMBERS[0], called: NUMBERS[1], sipUser: "ada" };
    const { token } = this;
    await this.#post("sessions/authorise", token, JSON.stringify({ key: "http-1", ...call }));
    await this.#post("sessions/stop", token, JSON.stringify({ key: "http-1", talkedMs: 20_000 }));
    await this.#post("sessions/authorise", token, JSON.stringify({ key: "http-2", ...call, called: NUMBERS[3] }));
    await this.#post("sessions/authorise", token, JSON.stringify({ key: "http-3", ...call, wantedS: -1 }));
    await this.#post("cdrs", token, callDocument("leg-1"));
    await this.#post("cdrs", token, `{"variables": "${NUMBERS[2]}`);
    await this.#post("cdrs", token, "");
    await this.#post("cdrs", SECRETS.wrongToken, callDocument("leg-2"));
    await this.#post(`cdrs?token=${SECRETS.reset}&number=${NUMBERS[2]}`, token, callDocument("leg-3"));
    await this.#post("xml-curl", token, `section=dialplan&Caller-Destination-Number=${NUMBERS[1]}`);
    await fetch(`${this.url}/v1/reset/${SECRETS.reset}/${NUMBERS[2]}`, { headers: { cookie: `a=${SECRETS.reset}` } });
    await fetch(`${this.url}/v1/sources/%ZZ${NUMBERS[2]}/cdrs`);
    await fetch(this.metricsUrl, { headers: { authorization: `Bearer ${SECRETS.wrongToken}` } });
  }

  async #post(path: string, token: string, body: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    await (await fetch(`${this.url}/v1/sources/fs-1/${path}`, { method: "POST", headers, body })).arrayBuffer();
  }

  async #knockRadius(): Promise<void> {
    const call = `Calling-Station-Id = "${NUMBERS[0]}"\nCalled-Station-Id = "${NUMBERS[1]}"\nAcct-Session-Id = "r-1"\n`;
    const port = Number(this.#find(/RADIUS on 127\.0\.0\.1:(\d+)/));
    const ask = (request: string, secret: string = SECRETS.radius) =>
      radclient({ port, command: "auth", secret, request: `${call}${request}`, options: ["-r", "1", "-t", "1"] });
    await ask(`User-Name = "alice"\nUser-Password = "${SECRETS.sipPassword}"\n`);
    await ask(`User-Name = "alice"\nUser-Password = "${SECRETS.wrongPassword}"\n`);
    await ask(`User-Name = "ada"\nService-Type = Call-Check\n`);
    await ask(
      `R5090-Username = "alice"\nR5090-Realm = "rig.test"\nR5090-Nonce = "abc"\nR5090-Method = "INVITE"\n` +
        `R5090-URI = "sip:${NUMBERS[1]}@127.0.0.1"\nR5090-Response = "${SECRETS.sipDigest}"\n`,
    );
    await ask(`User-Name = "ada"\n`, SECRETS.wrongPassword);
  }

  async #knockDiameter(): Promise<void> {
    const port = Number(this.#find(/Diameter on 127\.0\.0\.1:(\d+)/));
    const client = await DiameterClient.open(port);
    for (const [number, called] of [NUMBERS[1], NUMBERS[3]].entries())
      await client.ask(
        creditControlRequest({ sessionId: `${CLIENT_HOST};1;${number}`, type: 1, number: 0 }, [
          avp("Subscription-Id", [avp("Subscription-Id-Type", 2), avp("Subscription-Id-Data", "sip:ada@192.0.2.1")]),
          avp("Multiple-Services-Credit-Control", [
            avp("Requested-Service-Unit", [avp("CC-Time", 30)]),
            avp("Rating-Group", 100),
          ]),
          avp("Service-Information", [
            avp("IMS-Information", [
              avp("Node-Functionality", 6),
              avp("Calling-Party-Address", `sip:${NUMBERS[0]}@192.0.2.1`),
              avp("Called-Party-Address", `sip:${called}@192.0.2.9`),
            ]),
          ]),
        ]),
      );
    await client.close();
    const stranger = await DiameterClient.connect(port);
    await stranger.ask(capabilitiesRequest(`tel-${NUMBERS[2]}.test.example`)).catch(() => undefined);
    await stranger.close();
  }

  #find(pattern: RegExp): string {
    const found = pattern.exec(this.#said)?.[1];
    if (found === undefined) throw new Error(`it did not say ${pattern}:\n${this.#said}`);
    return found;
  }
}

/** Sources, a user, a pull that cannot connect, and a mail that cannot leave. */
async function settle(
  operator: Operator,
  { keyFile, freeswitchPort, closedPort }: { keyFile: string; freeswitchPort: number; closedPort: number },
): Promise<void> {
  const { db, tenantId } = operator;
  const password = { passwordFrom: { env: "TOLLWRIGHT_SECRET_FREESWITCH" } };
  await operator.source("fs-1", "freeswitch-json", {
    directions: ["originating"],
    eventSocket: { connect: { host: "127.0.0.1", port: freeswitchPort, ...password }, from: ["127.0.0.1"] },
    pulls: [
      {
        ...{ name: "cdr", kind: "ftp", host: "127.0.0.1", port: closedPort, user: "switch" },
        ...{ passwordFrom: { env: "TOLLWRIGHT_SECRET_FTP" }, schedule: { everyS: 10 } },
      },
    ],
  });
  const radius = { from: ["127.0.0.1"], secretFrom: { env: "TOLLWRIGHT_SECRET_GATEWAY" } };
  await operator.source("gateway", "radius-detail", { radius: { ...radius, needsMessageAuthenticator: false } });
  await operator.source("gy", "radius-detail", { diameter: { host: CLIENT_HOST } });
  const user = { accountCode: "ada", name: "alice", realm: "", actor: testerOf(tenantId) };
  await setSipUsers(db, [{ ...user, tenantId, secret: { kind: "password", password: SECRETS.sipPassword } }], keyFile);
  await db.transaction("app", { tenantId }, (tx) =>
    queueMail(tx, { tenantId, to: "ada@example.com", subject: "Reset", text: `Your link: ${SECRETS.reset}` }),
  );
}
