import { getCACertificates, setDefaultCACertificates } from "node:tls";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Scopes } from "../../src/server/db/tx.ts";
import { type MailServer, mailServerOf } from "../../src/server/mail/mail-server.ts";
import { listMails } from "../../src/server/mail/mail-store.ts";
import { queueMail } from "../../src/server/mail/queue-mail.ts";
import { MAIL_KEPT_S, sendDueMails, sendMails } from "../../src/server/mail/send-mails.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { MailCatcher } from "../support/mail-catcher.ts";
import { Operator } from "../support/operator.ts";
import { TestAuthority } from "../support/test-authority.ts";

const FROM = "Example Telecom <billing@example.com>";
const ADA = "ada@example.org";

let db: TestDatabase;
let tenantId: string;
let scope: Scopes["app"];
const opened: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  ({ tenantId } = await Operator.create(db));
  scope = { tenantId };
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.stop(); // clients first: servers wait for them
  await db.transaction("owner", {}, (tx) => tx.query("delete from mails"));
});

async function catcher(...options: Parameters<typeof MailCatcher.start>): Promise<MailCatcher> {
  const started = await MailCatcher.start(...options);
  opened.push(started);
  return started;
}

function serverAt(url: string): MailServer {
  const server = mailServerOf({ smtpUrl: url, mailFrom: FROM });
  if (server === null) throw new Error("both are set");
  opened.push({ stop: async () => server.close() });
  return server;
}

const queue = (subject = "Hello", text = "A line.\n", to = ADA) =>
  db.transaction("app", scope, (tx) => queueMail(tx, { tenantId, to, subject, text }));

/** Sends what is due once; answers what failed. */
async function sendOnce(server: MailServer): Promise<{ readonly fault: string; readonly isGivenUp: boolean }[]> {
  const failed: { fault: string; isGivenUp: boolean }[] = [];
  await sendDueMails(db, server, { failed: ({ fault, isGivenUp }) => failed.push({ fault, isGivenUp }) });
  return failed;
}

const listed = () => db.transaction("app", scope, (tx) => listMails(tx, { tenantId, state: null, limit: 100 }));

/** As if so much time had passed. */
const later = (seconds: number) =>
  db.transaction("owner", {}, (tx) =>
    tx.query(
      `update mails set due_at = due_at - make_interval(secs => $1), queued_at = queued_at - make_interval(secs => $1),
         ended_at = ended_at - make_interval(secs => $1)`,
      [seconds],
    ),
  );

const bodiesKept = async () => {
  const { rows } = await db.transaction("owner", {}, (tx) => tx.query("select from mails where body is not null"));
  return rows.length;
};

test("a mail leaves once, says what it was to say, and its text is forgotten", async () => {
  const box = await catcher();
  const server = serverAt(`smtp://127.0.0.1:${box.port}`);
  const id = await queue("Grüße", "Zwölf Boxkämpfer.\n.\nhttps://billing.example.com/set-password#abc");
  expect(await sendOnce(server)).toEqual([]);
  expect(await sendOnce(server)).toEqual([]);
  const [mail, ...others] = box.mails;
  expect(others).toEqual([]);
  expect(mail).toMatchObject({
    from: "billing@example.com",
    to: [ADA],
    text: "Zwölf Boxkämpfer.\n.\nhttps://billing.example.com/set-password#abc",
  });
  expect(mail?.headers).toEqual(
    expect.arrayContaining([
      `From: ${FROM}`,
      `To: ${ADA}`,
      expect.stringMatching(/^Subject: =\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?=$/),
      `Message-ID: <${id}@example.com>`,
      "Auto-Submitted: auto-generated",
    ]),
  );
  expect(await listed()).toMatchObject([{ id, to: ADA, state: "sent", tries: 1, fault: null }]);
  expect(await bodiesKept()).toBe(0);
});

test("a mail of a transaction that rolls back never was", async () => {
  const attempt = db.transaction("app", scope, async (tx) => {
    await queueMail(tx, { tenantId, to: ADA, subject: "No", text: "No" });
    throw new Error("rolled back");
  });
  await expect(attempt).rejects.toThrow("rolled back");
  expect(await listed()).toEqual([]);
});

test("no subject begins another header", async () => {
  const box = await catcher();
  const server = serverAt(`smtp://127.0.0.1:${box.port}`);
  const hostile = fc.string({
    unit: fc.constantFrom("\r", "\n", "\u0085", "\u2028", "\0", "a", ":", " ", "é", "=?"),
    maxLength: 40,
  });
  const subjects = [
    "a\r\nBcc: eve@example.net",
    "a\r\n\r\nanother text",
    ...fc.sample(hostile, { numRuns: 20, seed: 7 }),
  ];
  for (const subject of subjects) await queue(subject);
  while ((await sendDueMails(db, server, { failed: ({ fault }) => expect(fault).toBe("") })) > 0);
  expect(box.mails).toHaveLength(subjects.length);
  const known =
    /^(From|To|Subject|Message-ID|Date|MIME-Version|Content-Type|Content-Transfer-Encoding|Auto-Submitted):/;
  for (const { to, headers, text } of box.mails) {
    expect(to).toEqual([ADA]);
    expect(headers.filter((line) => !known.test(line))).toEqual([]);
    expect(text).toBe("A line.");
  }
});

test.each(["ada@example.org\r\nBcc: eve@example.net", "ada@example.org, eve@example.net", "Ada@example.org", ""])(
  "what is no parsed address is no recipient: %j",
  async (to) => {
    await expect(queue("Hello", "text", to)).rejects.toThrow("addresses that were parsed");
  },
);

test("while the server is away mails wait, longer each time, and leave when it is back", async () => {
  const port = await freePort();
  const server = serverAt(`smtp://127.0.0.1:${port}`);
  await queue();
  expect(await sendOnce(server)).toEqual([{ fault: expect.stringContaining("ECONNREFUSED"), isGivenUp: false }]);
  expect(await sendOnce(server), "it is not due").toEqual([]);
  await later(31);
  expect(await sendOnce(server), "due after 30 s").toHaveLength(1);
  await later(31);
  expect(await sendOnce(server), "the second wait is longer").toEqual([]);
  await later(30);
  const box = await catcher({}, port);
  expect(await sendOnce(server)).toEqual([]);
  expect(box.mails).toHaveLength(1);
  expect(await listed()).toMatchObject([{ state: "sent", tries: 3 }]);
});

test("a mail that does not leave for days is given up, its text is forgotten, and it is said", async () => {
  const server = serverAt(`smtp://127.0.0.1:${await freePort()}`);
  await queue();
  await later(MAIL_KEPT_S + 1);
  expect(await sendOnce(server)).toEqual([{ fault: expect.stringContaining("ECONNREFUSED"), isGivenUp: true }]);
  expect(await listed()).toMatchObject([{ state: "given-up", fault: expect.stringContaining("ECONNREFUSED") }]);
  expect(await bodiesKept()).toBe(0);
  await later(MAIL_KEPT_S);
  expect(await sendOnce(server), "it is not tried again").toEqual([]);
});

const answering = (code: number) => Object.assign(new Error("as told"), { responseCode: code });

test.each<[string, ConstructorParameters<typeof Object>[0], boolean, string]>([
  ["the recipient for now", { onRcptTo: (_a: unknown, _s: unknown, done: Done) => done(answering(450)) }, false, "450"],
  ["the recipient for good", { onRcptTo: (_a: unknown, _s: unknown, done: Done) => done(answering(550)) }, true, "550"],
  ["the sender for good", { onMailFrom: (_a: unknown, _s: unknown, done: Done) => done(answering(553)) }, true, "553"],
  ["every connection", { onConnect: (_s: unknown, done: Done) => done(answering(554)) }, false, "554"],
])("a server that refuses %s", async (_what, options, isGivenUp, code) => {
  const box = await catcher(options);
  await queue();
  const failed = await sendOnce(serverAt(`smtp://127.0.0.1:${box.port}`));
  expect(failed).toEqual([{ fault: expect.stringContaining(code), isGivenUp }]);
});

type Done = (error?: Error) => void;

test("a wrong password gives no mail up: it is the settings that are wrong, and it is in no message", async () => {
  const box = await catcher({ allowInsecureAuth: true, onAuth: (_auth, _session, done) => done(answering(535)) });
  await queue();
  const failed = await sendOnce(serverAt(`smtp://mailer:top%40secret@127.0.0.1:${box.port}`));
  expect(failed).toEqual([{ fault: expect.stringContaining("535"), isGivenUp: false }]);
  expect(JSON.stringify(failed)).not.toMatch(/top|dG9w/);
});

describe("over TLS", () => {
  const authority = new TestAuthority();
  const { cert, key } = authority.certify("localhost");
  const trusted = getCACertificates("default");
  afterAll(() => authority.remove());
  afterEach(() => setDefaultCACertificates(trusted));

  const login = (auth: { username?: string; password?: string }) =>
    auth.username === "mailer" && auth.password === "p@ss";
  const onAuth = (auth: object, _session: object, done: (error: Error | null, answer?: { user: string }) => void) =>
    login(auth) ? done(null, { user: "mailer" }) : done(answering(535));

  test.each<[string, boolean]>([
    ["smtp", false],
    ["smtps", true],
  ])("%s: with a log-in, if the certificate is trusted", async (scheme, secure) => {
    const box = await catcher({ cert, key, secure, onAuth });
    const url = `${scheme}://mailer:p%40ss@localhost:${box.port}`;
    await queue();
    expect(await sendOnce(serverAt(url))).toEqual([{ fault: expect.stringMatching(/certificate/), isGivenUp: false }]);
    await later(31);
    setDefaultCACertificates([...trusted, authority.ca]);
    expect(await sendOnce(serverAt(url))).toEqual([]);
    expect(box.mails).toHaveLength(1);
  });
});

test("processes share the mails: each leaves once", async () => {
  const box = await catcher();
  await Promise.all(Array.from({ length: 60 }, () => queue()));
  const servers = [1, 2, 3].map(() => serverAt(`smtp://127.0.0.1:${box.port}`));
  await Promise.all(
    servers.map(async (server) => {
      while ((await sendDueMails(db, server, { failed: ({ fault }) => expect(fault).toBe("") })) > 0);
    }),
  );
  const ids = box.mails.map(({ headers }) => headers.find((line) => line.startsWith("Message-ID:")));
  expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
});

test("mails of a process that died are sent by another, later", async () => {
  const box = await catcher();
  await queue();
  await expect(
    sendDueMails(db, { deliver: () => Promise.reject(new Error("killed")), close: () => undefined }, { failed() {} }),
  ).rejects.toThrow("killed");
  const server = serverAt(`smtp://127.0.0.1:${box.port}`);
  await sendOnce(server);
  expect(box.mails).toEqual([]);
  await later(901);
  await sendOnce(server);
  expect(box.mails).toHaveLength(1);
});

test("without a server mails wait, and it is said once for each number of them", async () => {
  expect(mailServerOf({ smtpUrl: null, mailFrom: FROM })).toBeNull();
  expect(mailServerOf({ smtpUrl: "smtp://127.0.0.1", mailFrom: null })).toBeNull();
  await queue();
  const stop = new AbortController();
  const told: number[] = [];
  let looks = 0;
  const report = {
    waiting: (mails: number) => told.push(mails),
    failed: () => undefined,
    lookFailed: (error: unknown) => expect(error).toBeUndefined(),
  };
  const counting = {
    ...db,
    transaction: (async (...call: Parameters<typeof db.transaction>) => {
      if (++looks === 5) await queue();
      if (looks === 10) stop.abort();
      return await db.transaction(...call);
    }) as typeof db.transaction,
  };
  await sendMails(counting, null, { report, signal: stop.signal, everyMs: 1 });
  expect(told).toEqual([1, 2]);
});
