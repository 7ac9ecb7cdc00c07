import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { verifyCredential } from "../../src/protocol/radius/credential.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import type { DropNotice } from "../../src/server/radius/drop-report.ts";
import { listenRadius } from "../../src/server/radius/listen-radius.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { hasRadclient, radclient } from "./radclient.ts";
import { radiusClient, requestOctets } from "./radius-peer.ts";

/** As large as a datagram gets. */
const DATAGRAM_OCTETS = 65_507;
const REQUESTS = 200;

/**
 * Sends some thousand datagrams a second, round and round, from an address that is nobody's and from the client's,
 * until its input ends; says how many. Not more than that: how the kernel shares a queue that is full is not what is
 * tested.
 */
const FLOODER = `
const { createSocket } = require("node:dgram");
const { datagrams, ports } = JSON.parse(process.argv[1]);
const octets = datagrams.map((each) => Buffer.from(each, "base64"));
octets.push(Buffer.alloc(${DATAGRAM_OCTETS}, 1));
const sockets = ["127.0.0.1", "127.0.0.2"].map((address) => createSocket("udp4").bind(0, address));
let sent = 0;
let isOver = false;
process.stdin.on("end", () => { isOver = true; }).resume();
const flood = () => {
  if (isOver) { console.log(sent); process.exit(); }
  for (const socket of sockets)
    for (const each of octets)
      for (const port of ports) { socket.send(each, port, "127.0.0.1", () => undefined); sent += 1; }
  setTimeout(flood, 4);
};
flood();
`;

test.skipIf(!hasRadclient())(
  "a good client is served while strangers, wrong secrets and datagrams of 64 kB flood both ports",
  async () => {
    const notices: DropNotice[] = [];
    const responder = new Responder({
      clients: new ClientTable([radiusClient()]),
      onDrop: (notice) => notices.push(notice),
      handler: {
        async authorise({ credential }) {
          const verdict = verifyCredential(credential, { kind: "password", password: "secret" }, DIGESTS);
          return verdict === "accepted" ? { kind: "accept", talkS: 77 } : { kind: "reject", reason: "request-invalid" };
        },
        account: async () => "accepted",
      },
    });
    const server = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
    const ports = [server.authPort ?? 0, server.acctPort ?? 0];
    const secret = new TextEncoder().encode("not the secret");
    const datagrams = [
      requestOctets({ name: "Access-Request", password: "guess", secret }),
      requestOctets({ name: "Access-Request", password: "guess", hasMessageAuthenticator: false }),
      requestOctets({ name: "Accounting-Request", attributes: [["Acct-Status-Type", 1]], secret }),
      requestOctets({ name: "Status-Server", secret }),
      new Uint8Array(0),
      new Uint8Array(7),
    ].map((octets) => Buffer.from(octets).toString("base64"));
    const flooder = spawn(process.execPath, ["-e", FLOODER, JSON.stringify({ datagrams, ports })], { stdio: "pipe" });
    onTestFinished(() => void flooder.kill("SIGKILL"));
    let said = "";
    flooder.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const dropped = () => [...responder.dropped.values()].reduce((sum, each) => sum + each, 0);
    while (dropped() < 1_000)
      await once(flooder.stdout, "data", { signal: AbortSignal.timeout(20) }).catch(() => undefined);

    // The kernel may lose a datagram of anybody all the same: a client sends again, as clients do.
    const request = 'User-Name = "alice"\nUser-Password = "secret"\nMessage-Authenticator = 0x00\n';
    const options = ["-c", String(REQUESTS), "-p", "10", "-r", "50", "-t", "0.3", "-q"];
    const run = await radclient({ port: ports[0] ?? 0, command: "auth", request, options });
    expect(run.output).toMatch(new RegExp(`Accepted\\s+: ${REQUESTS}\\n`));
    flooder.stdin.end();
    await once(flooder, "exit");
    await server.close();

    expect(Number(said)).toBeGreaterThanOrEqual(dropped());
    expect([...responder.dropped.keys()].toSorted()).toEqual([
      "attribute-length-below-2",
      "authenticator-wrong",
      "client-unknown",
      "code-unexpected",
      "message-authenticator-missing",
      "message-authenticator-wrong",
      "too-short",
    ]);
    // Each reason is told once in ten seconds, however many there were.
    expect(new Set(notices.map(({ reason }) => reason)).size).toBe(7);
    expect(notices.length).toBeLessThan(30);
    expect(responder.dropped.get("handler-failed")).toBeUndefined();
  },
);
