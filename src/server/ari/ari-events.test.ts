import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { AsteriskRest } from "../../../test/support/asterisk-rest.ts";
import { AriClient } from "./ari-client.ts";
import { AriEvents } from "./ari-events.ts";

/** The test's own time limit ends it. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await sleep(2);
}

/** Connects, and answers what it is told of. */
function connect(rest: AsteriskRest, password = rest.password) {
  const told: string[] = [];
  const client = new AriClient({ url: `${rest.url}/`, user: rest.user, password, timeoutMs: 1_000 });
  const events = new AriEvents({
    ...{ url: rest.url, application: "tollwright", client },
    timing: { retryMsMin: 1, retryMsMax: 4, replacedMs: 5, openMs: 1_000 },
    listener: {
      connected: () => void told.push("look"),
      event: ({ kind }) => void told.push(kind),
      happened: (happening) => void told.push(happening),
    },
  });
  onTestFinished(() => events.close());
  return { told, events, client };
}

async function started(): Promise<AsteriskRest> {
  const rest = await AsteriskRest.start();
  onTestFinished(() => rest.stop());
  return rest;
}

test("events come in order, over a connection that is opened again when it is lost", async () => {
  const rest = await started();
  const { told, events } = connect(rest);
  await until(() => events.isConnected);
  rest.emit({ type: "ChannelStateChange", channel: { id: "1", state: "Up" } });
  rest.emit({ type: "DeviceStateChanged" });
  rest.emit("no event");
  await until(() => told.length === 5);
  rest.drop();
  await until(() => rest.connections === 2 && events.isConnected);
  expect(told).toEqual([
    ...["connected", "look", "state-changed", "other", "malformed"],
    ...["disconnected", "connected", "look"],
  ]);
  expect(rest.requests[0]).toBe("EVENTS /ari/events?app=tollwright&subscribeAll=true");
});

test("another process that connects in our place has it for a while", async () => {
  const rest = await started();
  const { told } = connect(rest);
  await until(() => told.includes("look"));
  rest.emit({ type: "ApplicationReplaced", application: "tollwright" });
  await until(() => rest.connections === 2);
  expect(told.slice(0, 3)).toEqual(["connected", "look", "replaced"]);
});

test("an Asterisk that is away, or does not let us in, is told of once, and tried again", async () => {
  const rest = await started();
  const { told, events, client } = connect(rest, "wrong");
  await until(() => rest.refused > 3);
  await events.close();
  expect(told).toEqual(["unreachable"]);
  expect(await client.ask({ method: "GET", path: "/ari/channels", body: null })).toMatchObject({ kind: "failed" });
});
