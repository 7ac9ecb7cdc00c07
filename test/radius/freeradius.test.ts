import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccountingRecord } from "../../src/protocol/radius/accounting-record.ts";
import { verifyCredential } from "../../src/protocol/radius/credential.ts";
import type { NamedValue } from "../../src/protocol/radius/encode-attributes.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { DynamicAuthorization } from "../../src/server/radius/dynamic-authorization.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { type FreeRadius, freeRadius, hasFreeRadius } from "./freeradius.ts";
import { hasRadclient, radclient } from "./radclient.ts";
import { radiusClient } from "./radius-peer.ts";

const SESSIONS = 300;

describe.skipIf(!hasFreeRadius() || !hasRadclient())("FreeRADIUS's server", () => {
  const records: AccountingRecord[] = [];
  const dynamic = new DynamicAuthorization({ firstMs: 200, waitMsMax: 200, sendsMax: 2, totalMsMax: 1_000 });
  let server: RadiusListener;
  let proxy: FreeRadius;

  beforeAll(async () => {
    const responder = new Responder({
      ...{ clients: new ClientTable([radiusClient()]), onDrop: () => undefined },
      handler: {
        async authorise({ credential }) {
          const verdict = verifyCredential(credential, { kind: "password", password: "secret" }, DIGESTS);
          if (verdict === "accepted") return { kind: "accept", talkS: 77 };
          return { kind: "reject", reason: "password-wrong" };
        },
        async account(record) {
          records.push(record);
          return "accepted";
        },
      },
    });
    server = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
    proxy = await freeRadius({ auth: server.authPort ?? 0, acct: server.acctPort ?? 0 });
  });

  afterAll(async () => {
    dynamic.close();
    await proxy.stop();
    await server.close();
  });

  test("as a proxy hands a password on under its own secret, and our answer back", async () => {
    const request = 'User-Name = "alice"\nUser-Password = "secret"\nProxy-State = 0x6f75746572\n';
    const reply =
      "Response-Packet-Type == Access-Accept\nMessage-Authenticator =* ANY\nSession-Timeout == 77\nProxy-State == 0x6f75746572\n";
    const run = await radclient({ port: proxy.authPort, command: "auth", request, reply });
    expect(run).toMatchObject({ exitCode: 0 });
    const refused = await radclient({ port: proxy.authPort, command: "auth", request: request.replace("secret", "x") });
    expect(refused.output).toContain("Received Access-Reject");
  });

  test(`as a proxy hands ${SESSIONS} records on, 50 at a time, each of which arrives once`, async () => {
    const packets = Array.from(
      { length: SESSIONS },
      (_, index) => `Acct-Status-Type = Start\nAcct-Session-Id = "s-${index}"\nNAS-IP-Address = 10.0.0.1\n`,
    );
    const request = packets.join("\n");
    const run = await radclient({ port: proxy.acctPort, command: "acct", request, options: ["-p", "50", "-q"] });
    expect(run.output).toMatch(new RegExp(`Accepted\\s+: ${SESSIONS}\\n`));
    expect(new Set(records.map(({ sessionKey }) => sessionKey)).size).toBe(SESSIONS);
    expect(records).toHaveLength(SESSIONS);
    expect(records.every(({ attributes }) => attributes.has("proxy-state"))).toBe(true);
  });

  test.each<[string, readonly NamedValue[], object, string]>([
    // secret, session, outcome, why
    ["testing123", [["Acct-Session-Id", "live-1"]], { kind: "acknowledged" }, "the session ends"],
    ["testing123", [["Acct-Session-Id", "s-9"]], { kind: "refused", errorCause: 503 }, "it has no such session"],
    ["testing123", [["User-Name", "alice"]], { kind: "refused", errorCause: 402 }, "no session is named"],
    ["other", [["Acct-Session-Id", "live-1"]], { kind: "no-answer", sends: 2 }, "it does not know us"],
  ])("as a switch, asked under %s to end %j, is %j (%s)", async (secret, session, outcome) => {
    const client = radiusClient({
      secret: new TextEncoder().encode(secret),
      dynamicAuthorization: { address: null, port: proxy.dynamicPort },
    });
    expect(await dynamic.disconnect({ client, senderAddress: "127.0.0.1" }, session)).toEqual(outcome);
  });

  test("as a switch acknowledges a new Session-Timeout", async () => {
    const client = radiusClient({ dynamicAuthorization: { address: "127.0.0.1", port: proxy.dynamicPort } });
    const session: readonly NamedValue[] = [["Acct-Session-Id", "live-1"]];
    const outcome = await dynamic.change({ client, senderAddress: "192.0.2.1" }, session, [["Session-Timeout", 60]]);
    expect(outcome).toEqual({ kind: "acknowledged" });
  });
});
