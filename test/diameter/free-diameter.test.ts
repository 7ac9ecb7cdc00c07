import { afterEach, expect, test } from "vitest";
import type { CreditControlAnswer } from "../../src/protocol/diameter/credit-control-answer.ts";
import type { CreditControlRequest } from "../../src/protocol/diameter/credit-control-request.ts";
import { DiameterServer } from "../../src/server/diameter/diameter-server.ts";
import { peerSettings } from "../../src/server/diameter/peer-settings.ts";
import { TestAuthority } from "../support/test-authority.ts";
import { FREE_DIAMETER_HOST, FreeDiameter, type FreeDiameterOptions, hasFreeDiameter } from "./free-diameter.ts";
import { NODE } from "./server-under-test.ts";

const isThere = hasFreeDiameter();
/** What freeDiameter writes about a message that its dictionary or the command's rules do not allow. */
const COMPLAINTS = /Conflicting rule|Parsing error|DIAMETER_(?:MISSING|INVALID|AVP)|rejected/;

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function run(
  options: Pick<FreeDiameterOptions, "sessions" | "window" | "updates" | "awaited"> & { readonly isTls: boolean },
  begun: (server: DiameterServer, request: CreditControlRequest) => void = () => undefined,
) {
  const authority = new TestAuthority();
  ended.push(() => authority.remove());
  const { cert, key } = authority.certify(NODE.host);
  const requests: CreditControlRequest[] = [];
  const charge = async (request: CreditControlRequest): Promise<CreditControlAnswer> => {
    requests.push(request);
    if (request.type === "initial") setImmediate(() => begun(server, request));
    const services = request.services.map(({ ratingGroup }) => ({ ratingGroup, ...GRANT }));
    return { resultCode: 2001, services };
  };
  const server = await DiameterServer.listen({
    ...{ host: "127.0.0.1", port: 0, tls: { port: 0, cert, key, ca: authority.ca } },
    ...{ node: NODE, alsoCalled: [], handler: { charge }, onNotice: () => undefined },
    peers: [peerSettings({ host: FREE_DIAMETER_HOST, needsTls: options.isTls })],
  });
  ended.push(() => server.close());
  const port = server.portOf(options.isTls ? "tls" : "tcp") ?? 0;
  const peer = new FreeDiameter({ ...options, authority, server: { host: NODE.host, port, isTls: options.isTls } });
  ended.push(() => peer.remove());
  return { tally: await peer.tally(), log: peer.log, requests, server };
}

const GRANT = { resultCode: 2001, granted: { timeS: 30 }, validityS: 3600, holdingTimeS: 600, timeThresholdS: 5 };

test.skipIf(!isThere).each([false, true])(
  "a strict peer finds nothing wrong with 200 sessions (TLS: %s)",
  async (isTls) => {
    const { tally, log, requests, server } = await run({ isTls, sessions: 200, window: 16, updates: 2, awaited: 0 });
    expect(log).not.toMatch(COMPLAINTS);
    expect(tally).toEqual({ completed: 200, refused: 0, answers: 800, grantedS: 24_000, reAuths: 0, aborts: 0 });
    expect(requests.length).toBe(800);
    expect(requests.filter(({ type }) => type === "termination").flatMap(({ services }) => services[0]?.used)).toEqual(
      Array.from({ length: 200 }, () => expect.objectContaining({ timeS: 7 })),
    );
    expect(server.counts.get("request-refused")).toBeUndefined();
  },
);

test.skipIf(!isThere)("a strict peer answers what is asked of its sessions", async () => {
  const outcomes: Promise<unknown>[] = [];
  const { tally, log } = await run(
    { isTls: false, sessions: 2, window: 2, updates: 0, awaited: 4 },
    (server, request) => {
      const session = { sessionId: request.sessionId, host: request.originHost, realm: request.originRealm };
      outcomes.push(server.request("re-auth", { ...session, ratingGroup: 100 }), server.request("abort", session));
    },
  );
  expect(log).not.toMatch(COMPLAINTS);
  expect(tally).toMatchObject({ completed: 2, reAuths: 2, aborts: 2 });
  expect(await Promise.all(outcomes)).toEqual(
    [2002, 2001, 2002, 2001].map((resultCode) => ({ kind: "answered", resultCode })),
  );
});
