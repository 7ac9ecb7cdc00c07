import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLIENT_PROFILES } from "../../src/protocol/radius/client-profile.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { setSipUsers } from "../../src/server/sip-users/set-sip-user.ts";
import { ChargingOverRadius } from "../../src/server/switches/over-radius.ts";
import { radiusClient } from "../radius/radius-peer.ts";
import { radiusUsers } from "../radius/radius-users.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { KamailioRig } from "../support/kamailio-rig.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { type Books, booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { hasKamailio } from "../support/sip.ts";
import { UdpRelay } from "../support/udp-relay.ts";

const GUIDE = new URL("../../docs/guides/radius.md", import.meta.url);
const MODULE = "/usr/lib/x86_64-linux-gnu/kamailio/modules/auth_radius.so";

/** Nanos of a minute: no second of it is a round amount. */
const MINUTE = 12_345_700n;
const PAID = 1_000_000_000_000n;
const SECONDS = 60n;

function hasAuthRadius(): boolean {
  if (!hasKamailio()) return false;
  if (existsSync(MODULE)) return true;
  process.stderr.write(`not run: ${MODULE} is not there: apt-get install -y kamailio-radius-modules\n`);
  return false;
}

/** OpenSER's numbers of a digest, in place of RFC 5090's. */
const STERMAN = [
  ...[
    ["Response", 103, 206],
    ["Realm", 104, 1063],
    ["Nonce", 105, 1064],
    ["Method", 108, 1065],
    ["URI", 109, 1066],
  ],
  ...[
    ["QOP", 110, 1067],
    ["Algorithm", 111, 1068],
    ["Body-Digest", 112, 1069],
    ["CNonce", 113, 1070],
  ],
  ...[
    ["Nonce-Count", 114, 1071],
    ["User-Name", 115, 1072],
  ],
] as const;

const withSterman = (dictionary: string): string =>
  STERMAN.reduce(
    (text, [name, rfc, own]) => text.replace(new RegExp(`(Digest-${name} +)${rfc}`), `$1${own}`),
    `${dictionary}ATTRIBUTE Digest-Attributes 207 string\n`,
  );

describe.skipIf(!hasAuthRadius()).each([
  ["RFC 5090", (dictionary: string) => dictionary, 100],
  ["draft-sterman", withSterman, 20],
])("calls through Kamailio by the guide's configuration, digest by %s", (_dialect, inDialect, calls) => {
  let db: TestDatabase;
  let operator: Operator;
  let rig: KamailioRig;
  let server: RadiusListener;
  let responder: Responder;
  let accounting: UdpRelay;

  /** A block of the guide, without the indent of its list. */
  const block = async (language: string): Promise<string> => {
    const [, text = ""] =
      new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(await readFile(GUIDE, "utf8")) ?? [];
    return text.replaceAll(/^ {3}/gm, "");
  };

  beforeAll(async () => {
    db = await testDatabase();
    operator = await Operator.create(db);
    const { tenantId } = operator;
    rig = await KamailioRig.create();
    const keyFile = rig.file("secrets.key");
    const price = anyRate("49", "0.0123457");
    await prepaidCustomer(operator, { code: "rich", amount: "1000", rates: [price] });
    await prepaidCustomer(operator, { code: "poor", amount: "3", rates: [anyRate("49", "60")] });
    await setSipUsers(
      db,
      ["rich", "poor"].map((name) => ({
        ...{ tenantId, accountCode: name, name, realm: "", actor: testerOf(tenantId) },
        secret: { kind: "password", password: `${name}'s secret` },
      })),
      keyFile,
    );
    const { id: sourceId } = await operator.source("edge", "radius-detail");
    const client = radiusClient({ profile: CLIENT_PROFILES.kamailio, needsMessageAuthenticator: false });
    responder = new Responder({
      ...{ clients: new ClientTable([client]), onDrop: () => undefined },
      handler: new ChargingOverRadius({
        ...{ db, charging: new Charging(db), users: radiusUsers(db, keyFile) },
        sourceOf: () => ({ tenantId, sourceId }),
      }),
    });
    server = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
    accounting = await UdpRelay.open(server.acctPort ?? 0);
    await writeFile(rig.file("dictionary"), inDialect(await block("radcli-dictionary")));
    await writeFile(rig.file("servers"), "127.0.0.1 testing123\n");
    const settings = (await block("radcli"))
      .replace("192.0.2.10:1812", `127.0.0.1:${server.authPort}`)
      .replace("192.0.2.10:1813", `127.0.0.1:${accounting.port}`)
      .replace("192.0.2.20", "127.0.0.1")
      .replace("/etc/kamailio/radius.servers", rig.file("servers"))
      .replace("/etc/kamailio/radius.dictionary", rig.file("dictionary"));
    await writeFile(rig.file("radiusclient.conf"), settings);
    await rig.start(GUIDE, [["/etc/kamailio/radiusclient.conf", rig.file("radiusclient.conf")]]);
  });
  afterAll(async () => {
    await rig?.stop();
    await accounting?.close();
    await server?.close();
    await db?.drop();
  });

  const as = (user: string, password = `${user}'s secret`): readonly string[] => ["-au", user, "-ap", password];
  const log = (): readonly string[] => ["-trace_logs", "-log_file", rig.file("calls.log")];

  /** The books once so many calls are in them; records come a moment after the calls. */
  async function booksAfter(stored: number): Promise<Books> {
    for (;;) {
      const books = await booksOf(operator);
      if (books.calls >= stored && books.open === 0) return books;
      await sleep(50);
    }
  }

  /** Talk time of each call by its Call-ID, as the callers saw it. */
  async function seenS(): Promise<ReadonlyMap<string, number>> {
    const notes = [...(await readFile(rig.file("calls.log"), "utf8")).matchAll(/^(answered|ended) (\S+) (\d+)$/gm)];
    const at = (what: string) =>
      new Map(notes.filter(([, each]) => each === what).map(([, , id, ms]) => [id as string, Number(ms)]));
    const ended = at("ended");
    return new Map([...at("answered")].map(([id, ms]) => [id, ((ended.get(id) ?? Number.NaN) - ms) / 1_000]));
  }

  /** Every call that the callers saw is charged once for its time, to the nano, and nothing else is. */
  async function expectAllCharged(made: number): Promise<void> {
    await booksAfter(made);
    const { rows } = await db.session((client) =>
      client.query<{ id: string; seconds: number; nanos: string }>(
        `select split_part(e.call_key, '/', 2) as id, e.talked_s as seconds,
           (c.amount * 1000000000)::bigint::text as nanos
         from tollwright.usage_events e join tollwright.charges c on c.usage_id = e.id
         join tollwright.accounts a on a.id = c.account_id where a.code = 'rich'`,
      ),
    );
    const seen = await seenS();
    expect(rows.map(({ id }) => id).toSorted()).toEqual([...seen.keys()].toSorted());
    for (const { id, seconds, nanos } of rows) {
      expect(Math.abs(seconds - (seen.get(id) ?? Number.NaN))).toBeLessThanOrEqual(1);
      expect(BigInt(nanos)).toBe((BigInt(seconds) * MINUTE * 2n + SECONDS) / (SECONDS * 2n));
    }
    const charged = rows.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n);
    const { wallet, held } = await operator.figures<{ wallet: string; held: string }>(
      `select (select (-b.amount * 1000000000)::bigint::text from balances b join accounts a on a.id = b.account_id
           where a.code = 'rich' and b.kind = 'wallet') as wallet,
         (select sum(held)::text from account_holds) as held`,
    );
    expect(BigInt(wallet)).toBe(PAID - charged);
    expect(Number(held)).toBe(0);
  }

  test(`${calls} calls at 20 a second are charged for what they talked, to the nano`, async () => {
    await rig.call("provenTalk", "4420", [...as("rich"), ...log(), "-m", String(calls), "-r", "20", "-d", "1500"]);
    await expectAllCharged(calls);
  });

  test("who gives a wrong password, or has none, does not call", async () => {
    const before = await booksOf(operator);
    await rig.call("provenRefused", "4420", [...as("rich", "poor's secret"), "-m", "2", "-r", "10"]);
    await rig.call("provenRefused", "4420", [...as("nobody"), "-m", "1"]);
    expect(await booksOf(operator)).toEqual(before);
    expect(responder.dropped.get("password-wrong")).toBe(3);
  });

  test("a user registers without a session", async () => {
    await rig.call("register", "4420", [...as("rich"), "-m", "1"]);
    expect((await booksOf(operator)).open).toBe(0);
  });

  test("a call ends when its Session-Timeout does, and the next one is refused", async () => {
    const before = await booksOf(operator);
    await rig.call("provenWait", "4421", [...as("poor"), "-m", "1"]);
    const after = await booksAfter(before.calls + 1);
    const talked = after.seconds - before.seconds;
    expect(talked).toBeGreaterThanOrEqual(2); // three seconds are granted, and Kamailio cuts on whole ones
    expect(before.wallet + before.overrun - (after.wallet - after.overrun)).toBeCloseTo(talked, 9);
    if (talked < 3) return;
    await rig.call("provenRefused", "4421", [...as("poor"), "-m", "2", "-r", "10"]);
    expect(await booksOf(operator)).toEqual(after);
  });

  test("records that get no answer for three seconds are sent again, and charged once", async () => {
    const { calls: stored } = await booksOf(operator);
    const before = accounting.requests.length;
    const callers = await rig.callers("provenTalk", "4420", [
      ...as("rich"),
      ...log(),
      "-m",
      "5",
      "-r",
      "5",
      "-d",
      "500",
    ]);
    accounting.silent = true;
    await sleep(3_000); // the silence itself: radcli tries again each second
    accounting.silent = false;
    expect([await callers.ended(), callers.said.slice(-2_000)]).toEqual([0, expect.anything()]);
    await booksAfter(stored + 5);
    expect(accounting.lost).toBeGreaterThan(5);
    expect(accounting.requests.length - before).toBeGreaterThan(10); // a start and a stop each, and some of them twice
    expect((await booksOf(operator)).calls).toBe(stored + 5);
  });

  test("the books are right", async () => {
    const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});
