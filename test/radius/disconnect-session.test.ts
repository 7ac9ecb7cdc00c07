import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signReply } from "../../src/protocol/radius/authenticity.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import { CODES } from "../../src/protocol/radius/packet.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { disconnectSession } from "../../src/server/radius/disconnect-session.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { writeTemporary } from "../support/temporary-file.ts";
import { RadiusPeer, SECRET } from "./radius-peer.ts";

let db: TestDatabase;
let operator: Operator;
const nas = await RadiusPeer.open();
const secretFrom = { file: await writeTemporary("secret", "testing123\n") };

beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  const disconnect = { address: null, port: nas.port };
  await operator.source("edge", "radius-detail", { radius: { from: ["127.0.0.1"], secretFrom, disconnect } });
  await operator.source("roaming", "radius-detail", { radius: { from: ["10.0.0.0/8"], secretFrom } });
  await operator.source("files", "radius-detail");
});

afterAll(async () => {
  await nas.close();
  await rm(secretFrom.file);
  await db?.drop();
});

const disconnect = (source: string) =>
  disconnectSession(db, {
    tenantId: operator.tenantId,
    source,
    session: [["Acct-Session-Id", "s-1"]],
    actor: testerOf(operator.tenantId),
  });

test("a source's switch is told where its packets come from, and its answer comes back", async () => {
  const outcome = disconnect("edge");
  const packet = decodePacket(await nas.next());
  if (packet.kind === "fault") throw new Error(packet.reason);
  expect(packet.code).toBe(CODES["Disconnect-Request"]);
  const reply = signReply({
    ...{ code: CODES["Disconnect-ACK"], identifier: packet.identifier, attributes: [], secret: SECRET },
    ...{ digests: DIGESTS, requestAuthenticator: packet.authenticator, hasMessageAuthenticator: false },
  });
  nas.reply(reply ?? new Uint8Array(0));
  expect(await outcome).toEqual({ kind: "acknowledged" });
});

test.each<[string, string, string]>([
  // source, problem, why
  ["nobody", "source-unknown", "there is none of that name"],
  ["files", "source-settings-invalid", "it does not speak RADIUS"],
  ["roaming", "source-settings-invalid", "a range is no address to send to"],
])("%s is a problem: %s (%s)", async (source, code) => {
  await expect(disconnect(source)).rejects.toMatchObject({ code });
});
