import { createPublicKey, verify } from "node:crypto";
import type { ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { findEvents } from "../../src/server/events/find-events.ts";
import { changeWebhook } from "../../src/server/webhooks/change-webhook.ts";
import { findDeliveries, findDelivery } from "../../src/server/webhooks/find-deliveries.ts";
import { findWebhook } from "../../src/server/webhooks/find-webhooks.ts";
import { rotateSecret } from "../../src/server/webhooks/rotate-secret.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { type Received, WebhookReceiver } from "../support/webhook-receiver.ts";
import { lowBalance, WebhookRig } from "../support/webhook-rig.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

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

/** Between tries, without what is added to spread them. */
const DELAYS_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

const headersOf = ({ headers }: Received) => headers as Record<string, string>;
const listed = (webhookId: string) =>
  findDeliveries(db, rig.actor(), { webhookId, state: null, after: null, limit: 100 });
const sequences = () => receiver.received.map(({ body }) => JSON.parse(body).object.sequence);

test("an event is delivered once, signed so that the standard's own library takes it", async () => {
  const { secrets, webhook } = await rig.create({ url: receiver.url });
  const [eventId] = await rig.happen(lowBalance(ada));
  await rig.deliver();
  await rig.deliver();
  expect(receiver.received).toHaveLength(1);
  const [message] = receiver.received as [Received];
  expect(message).toMatchObject({
    path: "/hook",
    headers: { "content-type": "application/json", "webhook-id": eventId },
  });
  expect(new Webhook(secrets[0]?.text ?? "").verify(message.body, headersOf(message))).toEqual({
    type: "balance-low",
    timestamp: expect.stringMatching(/^20\d\d-.*Z$/),
    account: "ada",
    object: { kind: "account", id: ada, sequence: 1 },
    data: { threshold: "5", left: "1", currency: "EUR" },
  });
  expect(() =>
    new Webhook("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").verify(message.body, headersOf(message)),
  ).toThrow();
  expect(await listed(webhook.id)).toMatchObject([{ eventId, state: "delivered", tries: 1, status: 200 }]);
});

test("ed25519: who has the public key alone can verify", async () => {
  const { secrets } = await rig.create({ url: receiver.url, signs: ["ed25519"] });
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  const [message] = receiver.received as [Received];
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = headersOf(message);
  expect(signature).toMatch(/^v1a,/);
  const raw = Buffer.from(secrets[0]?.publicKey?.replace("whpk_", "") ?? "", "base64");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
  const signed = Buffer.from(`${id}.${at}.${message.body}`);
  expect(verify(null, signed, key, Buffer.from(signature?.slice(4) ?? "", "base64"))).toBe(true);
});

test("while a secret is replaced, the old one and the new one both verify; then the new one alone", async () => {
  const { webhook, secrets } = await rig.create({ url: receiver.url });
  const rotation = { webhookId: webhook.id, kind: "hmac", overlapS: 3_600 } as const;
  const fresh = await rotateSecret(db, rig.actor(), rotation, rig.surroundings.secretsKeyFile);
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  rig.later(3_601);
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  const verifies = (message: Received | undefined, secret = "") => {
    const [{ body }, headers] = [message as Received, headersOf(message as Received)];
    // The library holds to the machine's clock, which the test's is ahead of: it is asked as at the message's time.
    const at = new Date(Number(headers["webhook-timestamp"]) * 1_000);
    const own = new Webhook(secret).sign(headers["webhook-id"] ?? "", at, body);
    return headers["webhook-signature"]?.split(" ").includes(own);
  };
  const [during, after] = receiver.received;
  expect([verifies(during, secrets[0]?.text), verifies(during, fresh.text)]).toEqual([true, true]);
  expect([verifies(after, secrets[0]?.text), verifies(after, fresh.text)]).toEqual([false, true]);
});

test("what fails is tried again at its times, under the same id, and given up after the tenth", async () => {
  const { webhook } = await rig.create({ url: receiver.url });
  receiver.answersStatus(500);
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  for (const delayS of DELAYS_S) {
    const before = receiver.received.length;
    rig.later(delayS - 1);
    await rig.deliver();
    expect(receiver.received.length, `${delayS} s: a second early`).toBe(before);
    rig.later(1 + delayS * 0.1);
    await rig.deliver();
    expect(receiver.received.length, `${delayS} s: in time`).toBe(before + 1);
  }
  rig.later(1_000_000);
  await rig.deliver();
  expect(receiver.received).toHaveLength(10);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  const [delivery] = await listed(webhook.id);
  expect(delivery).toMatchObject({ state: "given-up", tries: 10, status: 500 });
});

test("500 and then 200: delivered, and the webhook is sound again", async () => {
  const { webhook } = await rig.create({ url: receiver.url });
  receiver.answersStatus(503);
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  expect((await findWebhook(db, rig.actor(), webhook.id)).webhook.failures).toBe(1);
  receiver.answersStatus(204);
  rig.later(6);
  await rig.deliver();
  expect(await listed(webhook.id)).toMatchObject([{ state: "delivered", tries: 2, status: 204 }]);
  expect((await findWebhook(db, rig.actor(), webhook.id)).webhook).toMatchObject({ failures: 0, failingSince: null });
});

test("events of one object arrive in their order, whatever fails; those of others do not wait", async () => {
  const { id: bob } = await rig.operator.account("bob");
  await rig.create({ url: receiver.url });
  receiver.answers((response, { body }) => {
    response.writeHead(JSON.parse(body).account === "ada" && receiver.received.length < 6 ? 500 : 200).end();
  });
  await rig.happen(lowBalance(ada, "3"), lowBalance(ada, "2"), lowBalance(bob), lowBalance(ada, "1"));
  await rig.deliver();
  expect(receiver.received.map(({ body }) => JSON.parse(body).account).toSorted()).toEqual(["ada", "bob"]);
  for (let tries = 0; tries < 5; tries += 1) {
    rig.later(40_000);
    await rig.deliver();
  }
  const adas = receiver.received.map(({ body }) => JSON.parse(body)).filter(({ account }) => account === "ada");
  expect(adas.map(({ object, data }) => `${object.sequence}: ${data.left}`)).toEqual([
    ...["1: 3", "1: 3", "1: 3", "1: 3", "1: 3"],
    ...["2: 2", "3: 1"],
  ]);
});

test("what an event given up leaves behind is delivered", async () => {
  await rig.create({ url: receiver.url });
  receiver.answers((response, { body }) => {
    response.writeHead(JSON.parse(body).object.sequence === 1 ? 500 : 200).end();
  });
  await rig.happen(lowBalance(ada), lowBalance(ada));
  await rig.deliver();
  for (const delayS of DELAYS_S) {
    rig.later(delayS * 1.1);
    await rig.deliver();
  }
  expect(sequences()).toEqual([...Array(10).fill(1), 2]);
});

test("410 turns a webhook off, which the audit and the other webhooks are told; enabled, it goes on with what is new", async () => {
  const other = await WebhookReceiver.listen();
  const { webhook } = await rig.create({ url: `${receiver.url}?token=secret`, kinds: ["balance-low"] });
  await rig.create({ url: other.url, kinds: ["webhook-disabled"] });
  receiver.answersStatus(410);
  await rig.happen(lowBalance(ada), lowBalance(ada));
  await rig.deliver();
  await rig.deliver();
  expect(receiver.received).toHaveLength(1);
  expect(rig.disabled).toEqual(["gone"]);
  expect((await listed(webhook.id)).map(({ state }) => state)).toEqual(["given-up", "given-up"]);
  expect(JSON.parse(other.received[0]?.body ?? "{}")).toMatchObject({
    type: "webhook-disabled",
    data: { reason: "gone", url: expect.not.stringContaining("secret") },
  });
  expect(
    await rig.operator.figures(
      "select actor_name, action, reason from audit_entries where action = 'webhook.disabled'",
    ),
  ).toEqual({ actor_name: "system:webhooks", action: "webhook.disabled", reason: "gone" });
  receiver.answersStatus(200);
  await changeWebhook(db, rig.actor(), { id: webhook.id, enabled: true }, rig.surroundings.policy);
  await rig.happen(lowBalance(ada));
  await rig.deliver();
  expect(sequences()).toEqual([1, 3]);
  await other.close();
});

test("a webhook that fails for five days is turned off", async () => {
  const { webhook } = await rig.create({ url: receiver.url });
  receiver.answersStatus(500);
  for (let day = 0; day < 6; day += 1) {
    await rig.happen(lowBalance(ada));
    for (let tries = 0; tries < 3; tries += 1) {
      await rig.deliver();
      rig.later(28_801);
    }
  }
  expect(rig.disabled).toEqual(["failing"]);
  expect((await findWebhook(db, rig.actor(), webhook.id)).webhook.disabled).toMatchObject({ reason: "failing" });
  const events = await findEvents(db, { tenantId: rig.operator.tenantId, kind: "webhook-disabled", limit: 10 });
  expect(events).toHaveLength(1);
});

test.each<[string, (response: ServerResponse) => void, object]>([
  ["a redirect is not followed", (r) => r.writeHead(302, { location: "/elsewhere" }).end(), { status: 302 }],
  ["a broken connection", (r) => r.destroy(), { status: null, what: "The connection was broken off." }],
  ["what is no HTTP", (r) => r.socket?.end("220 mail\r\n\r\n"), { status: null, what: "What it answered is no HTTP." }],
  [
    "a body that breaks off",
    (r) => r.writeHead(500, { "content-length": "9" }).write("half", () => r.destroy()),
    { status: 500, answer: "half" },
  ],
  [
    "octets that are no text",
    (r) => r.writeHead(400).end(Buffer.from([0x61, 0, 0x1b, 0xff])),
    { status: 400, answer: "a\ufffd\ufffd\ufffd" },
  ],
])("%s is noted as it was", async (_what, answer, expected) => {
  const { webhook } = await rig.create({ url: receiver.url });
  receiver.answers(answer);
  const [deliveryId = ""] = await rig.happen(lowBalance(ada));
  await rig.deliver();
  expect(receiver.received).toHaveLength(1);
  const { delivery, tries } = await findDelivery(db, rig.actor(), { webhookId: webhook.id, deliveryId });
  expect(delivery.state).toBe("waiting");
  expect(tries).toMatchObject([expected]);
});

test("of an answer without end the beginning is kept, and it is not waited for", async () => {
  const { webhook } = await rig.create({ url: receiver.url });
  let isOpen = true;
  receiver.answers((response) => {
    response.on("close", () => {
      isOpen = false;
    });
    const more = () => {
      if (isOpen) response.write("x".repeat(65_536), () => setImmediate(more));
    };
    more();
  });
  const [deliveryId = ""] = await rig.happen(lowBalance(ada));
  await rig.deliver();
  const { tries, delivery } = await findDelivery(db, rig.actor(), { webhookId: webhook.id, deliveryId });
  expect(delivery.state).toBe("delivered");
  expect(tries[0]?.answer).toBe("x".repeat(1_024));
});
