import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { EslFrameReader } from "../../src/protocol/esl/frame-reader.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { startEventSocket } from "../../src/server/switches/start-event-socket.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf } from "../support/prepaid-customer.ts";
import { recordedTranscript } from "../support/recorded-transcript.ts";
import { sharedData } from "../support/shared-data.ts";

const transcript = recordedTranscript("esl-outbound.txt");
const records = sharedData("../rig/fixtures/json_cdr.json");
const CALL = "02f5e1fb-a595-46b4-a67b-afe757d6e22b";
const TO = "sofia/rig/1001@127.0.0.1:15070";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** What was recorded, frame by frame, with the variables that Tollwright asks for or has set added. */
function recordedFrames(): { readonly channel: string; readonly events: readonly string[] } {
  const stream = Buffer.concat(transcript?.received ?? []);
  const [channel = ""] = stream.toString().split("Content-Type: command/reply", 1);
  const events: string[] = [];
  for (const frame of new EslFrameReader().push(stream)) {
    if (frame.kind !== "frame" || frame.headers.get("Content-Type") !== "text/event-plain") continue;
    const body = Buffer.from(frame.body).toString().replace(/\n\n$/, "\nvariable_tollwright: granted\n\n");
    events.push(`Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-plain\n\n${body}`);
  }
  const added = `variable_tollwright: ask\nvariable_tollwright_bridge: ${TO}\n`;
  return { channel: `${channel}${added}Content-Type: command/reply\nReply-Text: %2BOK%0A\n\n`, events };
}

test.skipIf(transcript === null || records === null)(
  "a call of FreeSWITCH 1.11.1, recorded 2026-11-21, is charged over its socket as its own record says",
  async () => {
    const operator = await Operator.create(db);
    const source = await operator.source("fs-1", "freeswitch-json", {
      directions: ["originating"],
      eventSocket: { from: ["127.0.0.1"] },
    });
    await operator.flatRate(source, "0.60");
    const running = await startEventSocket(
      db,
      { eventSocketHost: "127.0.0.1", eventSocketPort: 0 },
      {
        charging: new Charging(db),
        report: {
          notice: ({ happening, what }) => expect.fail(`${happening} ${what}`),
          unusable: expect.fail,
          failed: expect.fail,
        },
      },
    );
    onTestFinished(() => running.close());

    const { channel, events } = recordedFrames();
    const commands = await replay(running.port ?? 0, { channel, events });
    expect(commands).toEqual([
      "connect",
      expect.stringMatching(
        `^api uuid_setvar ${CALL} execute_on_answer_tollwright sched_hangup \\+\\d+ ALLOTTED_TIMEOUT$`,
      ),
      `api uuid_setvar ${CALL} tollwright granted`,
      "linger 10",
      "myevents plain",
      expect.stringContaining("execute-app-arg: hangup_after_bridge=true"),
      expect.stringContaining(`execute-app-name: bridge\nexecute-app-arg: ${TO}`),
    ]);
    await expect.poll(() => booksOf(operator), { timeout: 5_000 }).toMatchObject({ held: 0, calls: 1, seconds: 2 });

    const charged = () => operator.figures("select to_jsonb(u) - 'stored_at' as call from usage_events u");
    const before = await charged();
    const posts: { b: string }[] = JSON.parse(readFileSync(records ?? "", "utf8"));
    const own = posts.map(({ b }) => b).filter((text) => JSON.parse(text).variables.uuid === CALL);
    expect(await operator.importText(source, "cdr.json", own.join("\n"))).toMatchObject({
      counts: { stored: 0, duplicate: 1, corrected: 0 },
    });
    expect(await charged()).toEqual(before);
  },
);

/** Connects as the application `socket` does and says what was recorded; answers what it was told. */
async function replay(
  port: number,
  { channel, events }: { readonly channel: string; readonly events: readonly string[] },
): Promise<readonly string[]> {
  const socket = connect(port, "127.0.0.1");
  const told: string[] = [];
  const over = Promise.withResolvers<void>();
  let held = "";
  let writing = Promise.resolve();
  // Each write is cut in two, at another octet each time.
  const write = (text: string) => {
    writing = writing.then(async () => {
      const at = (told.length * 97) % text.length;
      socket.write(text.slice(0, at));
      await turn();
      socket.write(text.slice(at));
    });
  };
  socket.on("data", (octets: Buffer) => {
    const commands = `${held}${octets}`.split("\n\n");
    held = commands.pop() ?? "";
    for (const command of commands) {
      told.push(command);
      if (command === "connect") write(channel);
      else if (command.startsWith("api ")) write("Content-Type: api/response\nContent-Length: 4\n\n+OK\n");
      else write("Content-Type: command/reply\nReply-Text: +OK\n\n");
      if (!command.includes("execute-app-name: bridge")) continue;
      for (const event of events) write(event);
      writing = writing.then(() => over.resolve());
    }
  });
  await over.promise;
  socket.end();
  return told;
}
