import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { changeWebhook } from "../../src/server/webhooks/change-webhook.ts";
import { findDeliveries } from "../../src/server/webhooks/find-deliveries.ts";
import { findWebhooks } from "../../src/server/webhooks/find-webhooks.ts";
import { replayOne, replayRange } from "../../src/server/webhooks/replay-deliveries.ts";
import { routeEvents } from "../../src/server/webhooks/route-events.ts";
import { testWebhook } from "../../src/server/webhooks/test-webhook.ts";
import { forgetDeliveries } from "../../src/server/webhooks/watch-webhooks.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";
import { lowBalance, WebhookRig } from "../support/webhook-rig.ts";

let db: TestDatabase;
/** Of another process. */
let other: Database;
beforeAll(async () => {
  db = await testDatabase();
  other = await openDatabase({ url: db.url });
});
afterAll(async () => {
  await other.close();
  await db.drop();
});

let rig: WebhookRig;
let receiver: WebhookReceiver;
let ada: string;
beforeEach(async () => {
  rig = new WebhookRig(await Operator.create(db));
  receiver = await WebhookReceiver.listen();
  ada = (await rig.operator.account("ada")).id;
});
afterEach(async () => {
  expect(rig.faults).toEqual([]);
  await db.session((client) => client.query("delete from tollwright.webhooks")); // other tests deliver what is due
  await receiver.close();
  rig.remove();
});

const bodies = () => receiver.received.map(({ body }) => JSON.parse(body));
const EVERY = { state: null, after: null, limit: 1_000 } as const;
const listed = (webhookId: string) => findDeliveries(db, rig.actor(), { webhookId, ...EVERY });

test("two processes share the work: every event once, each object's in its order", async () => {
  await rig.create({ url: receiver.url });
  const accounts = [ada, ...(await Promise.all(["b", "c"].map(async (code) => (await rig.operator.account(code)).id)))];
  for (let round = 0; round < 20; round += 1) await rig.happen(...accounts.map((id) => lowBalance(id, String(round))));
  await Promise.all([routeEvents(db, rig.clock), routeEvents(other, rig.clock)]);
  const processes = [rig.deliverer(db), rig.deliverer(other)];
  const work = async (one: (typeof processes)[number]) => {
    while (receiver.received.length < 60) {
      await one.look();
      await one.settled();
    }
  };
  await Promise.all(processes.map(work));
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(60);
  for (const id of accounts) {
    const own = bodies().filter(({ object }) => object.id === id);
    expect(own.map(({ object }) => object.sequence)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  }
});

test("a process that is killed between sending and noting leaves the message to another, which sends it again", async () => {
  const { webhook } = await rig.create({ url: receiver.url });
  await rig.happen(lowBalance(ada), lowBalance(ada));
  receiver.answers(() => undefined); // takes the message, and never answers
  const { child, ended } = startTollwright(["start"], {
    ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_WEBHOOK_ALLOW: "127.0.0.1" },
    TOLLWRIGHT_SECRETS_KEY_FILE: rig.surroundings.secretsKeyFile,
  });
  await receiver.has(1);
  child.kill("SIGKILL");
  await ended;
  receiver.answersStatus(200);
  await rig.deliver();
  expect(receiver.received).toHaveLength(1); // another process may still be at it
  rig.later(61);
  await rig.deliver();
  const [first, again, second] = receiver.received;
  expect(again).toMatchObject({ body: first?.body, headers: { "webhook-id": first?.headers["webhook-id"] } });
  expect(JSON.parse(second?.body ?? "{}").object.sequence).toBe(2);
  expect((await listed(webhook.id)).map(({ state, tries }) => [state, tries])).toEqual([
    ["delivered", 1],
    ["delivered", 2],
  ]);
});

test("a slow webhook gets a few messages at a time, and holds up no other", async () => {
  const slow = await WebhookReceiver.listen();
  slow.answers(() => undefined);
  await rig.create({ url: slow.url });
  await rig.create({ url: receiver.url });
  const accounts = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => (await rig.operator.account(`slow-${index}`)).id),
  );
  await rig.happen(...accounts.map((id) => lowBalance(id)));
  await routeEvents(db, rig.clock);
  const deliverer = rig.deliverer();
  while (receiver.received.length < 10) {
    if ((await deliverer.look()) > 0) await deliverer.ended();
  }
  await slow.has(4);
  await deliverer.look();
  expect(slow.received).toHaveLength(4);
  await slow.close();
  await deliverer.settled();
});

test("a reseller's webhook hears of what is below him, and of nothing else; he sees his own webhooks alone", async () => {
  const { operator } = rig;
  const reseller = await operator.account("shop", { kind: "reseller" });
  const below = await operator.account("below", { parentId: reseller.id, bookId: reseller.bookId });
  const deep = await operator.account("deep", { parentId: below.id, bookId: reseller.bookId });
  const { webhook } = await rig.create({ url: receiver.url }, reseller.id);
  const { webhook: operators } = await rig.create({ url: `${receiver.url}?of=operator`, kinds: ["balance-exhausted"] });
  expect(webhook.account).toBe("shop");
  await rig.happen(lowBalance(ada), lowBalance(deep.id), lowBalance(reseller.id), {
    ...{ kind: "bill-run-finished", accountId: null, objectId: ada },
    data: { invoices: 1, nothing: 0, parked: 0, by: "x" },
  });
  await rig.deliver();
  expect(
    bodies()
      .map(({ account }) => account)
      .toSorted(),
  ).toEqual(["deep", "shop"]);
  const own = rig.actor(reseller.id);
  expect((await findWebhooks(db, own, { after: null, limit: 10 })).map(({ id }) => id)).toEqual([webhook.id]);
  const refused: readonly (() => Promise<unknown>)[] = [
    () => findDeliveries(db, own, { webhookId: operators.id, ...EVERY }),
    () => changeWebhook(db, own, { id: operators.id, enabled: false }, rig.surroundings.policy),
    () => replayRange(db, own, { webhookId: operators.id, since: epochMs(0), until: null }),
    () => testWebhook(db, own, operators.id),
  ];
  for (const attempt of refused) await expect(attempt()).rejects.toMatchObject({ code: "webhook-unknown" });
  expect(await replayRange(db, own, { webhookId: webhook.id, since: epochMs(0), until: null })).toBe(2);
  await rig.deliver();
  expect(
    bodies()
      .map(({ account }) => account)
      .toSorted(),
  ).toEqual(["deep", "deep", "shop", "shop"]);
});

test("a replay sends again in order, under the same ids, what was missed while it was off among it", async () => {
  const { webhook } = await rig.create({ url: receiver.url });
  await rig.happen(lowBalance(ada, "3"));
  await rig.deliver();
  const enabled = (on: boolean) =>
    changeWebhook(db, rig.actor(), { id: webhook.id, enabled: on }, rig.surroundings.policy);
  await enabled(false);
  await rig.happen(lowBalance(ada, "2"), lowBalance(ada, "1"));
  await rig.deliver();
  const since = { webhookId: webhook.id, since: epochMs(0), until: null };
  await expect(replayRange(db, rig.actor(), since)).rejects.toMatchObject({ code: "webhook-invalid" });
  await enabled(true);
  expect(await replayRange(db, rig.actor(), since)).toBe(3);
  await rig.deliver();
  expect(bodies().map(({ data }) => data.left)).toEqual(["3", "3", "2", "1"]);
  const [last] = await listed(webhook.id);
  await replayOne(db, rig.actor(), { webhookId: webhook.id, deliveryId: last?.id ?? "" });
  await rig.deliver();
  expect(bodies().map(({ data }) => data.left)).toEqual(["3", "3", "2", "1", "1"]);
  expect(receiver.received.at(-1)?.headers["webhook-id"]).toBe(last?.eventId);
});

test("a test goes to its webhook alone, whatever kinds that wants", async () => {
  const { webhook } = await rig.create({ url: receiver.url, kinds: ["invoice-issued"] });
  await rig.create({ url: `${receiver.url}?other` });
  await testWebhook(db, rig.actor(), webhook.id);
  await rig.deliver();
  expect(bodies()).toMatchObject([{ type: "webhook-test", data: { by: "user:ada@example.com" } }]);
});

test("deliveries that ended long ago are forgotten, what waits is not", async () => {
  const { webhook } = await rig.create({ url: receiver.url });
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  receiver.answersStatus(500);
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  rig.later(29 * 86_400);
  expect(await forgetDeliveries(db, { clock: rig.clock, logDays: 30 })).toBe(0);
  rig.later(2 * 86_400);
  expect(await forgetDeliveries(db, { clock: rig.clock, logDays: 30 })).toBe(1);
  expect((await listed(webhook.id)).map(({ state }) => state)).toEqual(["waiting"]);
});

test("secrets are sealed for their own webhook, and nothing shows them again", async () => {
  const { secrets, webhook } = await rig.create({ url: receiver.url });
  const [{ text = "" } = {}] = secrets;
  const { rows } = await db.session((client) => client.query("select sealed from tollwright.webhook_secrets"));
  expect(rows.some(({ sealed }) => (sealed as Buffer).includes(text.slice("whsec_".length)))).toBe(false);
  const { everything } = await rig.operator.figures<{ everything: string }>(
    `select (select json_agg(w)::text from webhooks w) || (select json_agg(a)::text from audit_entries a) as everything`,
  );
  expect(everything).toContain(webhook.id);
  expect(everything).not.toContain(text.slice("whsec_".length));
  await expect(rig.operator.figures("select sealed from webhook_secrets")).rejects.toThrow(/permission denied/);
});
