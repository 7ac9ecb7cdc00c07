import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, failure, rowsFrom } from "../support/file-pull.ts";
import { ACCESS_KEY, S3Server, SECRET_KEY } from "../support/s3-server.ts";

let db: TestDatabase;
let server: S3Server;
let secrets: string;
let pull: FilePull;

beforeAll(async () => {
  db = await testDatabase();
  secrets = await mkdtemp(join(tmpdir(), "tollwright-secrets-"));
  for (const [name, secret] of Object.entries({ access: ACCESS_KEY, secret: SECRET_KEY, wrong: "wrong" }))
    await writeFile(join(secrets, name), `${secret}\n`);
});

afterAll(async () => {
  await db?.drop();
  await rm(secrets, { recursive: true, force: true });
});

beforeEach(async (context) => {
  server = await S3Server.start();
  const from = (name: string) => ({ file: join(secrets, name) });
  pull = await FilePull.create(db, {
    ...{ kind: "s3", bucket: "records", region: "eu-central-1", endpoint: server.endpoint, timeoutS: 5 },
    ...{ accessKeyFrom: from("access"), secretKeyFrom: from("secret") },
  });
  context.onTestFinished(async () => {
    await server.stop();
    await pull.remove();
  });
});

const put = (key: string, text: string) => server.objects.set(key, Buffer.from(text));

describe("objects of an S3-compatible bucket", () => {
  test("are listed page by page below a prefix, and fetched once, whatever their keys look like", async () => {
    const odd = ["a b.csv", "ä+ö %41.csv", "k&k='1'*(2)!~.csv", "x.csv", "<y>.csv"];
    for (const [index, name] of odd.entries()) put(`out/${name}`, rowsFrom(index * 10, 2));
    put("out/", "");
    put("out/deeper/z.csv", rowsFrom(90, 2));
    put("elsewhere.csv", rowsFrom(100, 2));
    const first = await pull.run({ folder: "out" });
    expect(first.events).toEqual(odd.map((name) => `imported ${name}`).toSorted());
    expect(await pull.stored()).toEqual({ calls: 10, files: 5 });
    expect((await pull.run({ folder: "out" })).events).toEqual([]);
    expect((await pull.run({ folder: "out", recursive: true })).events).toEqual(["imported deeper/z.csv"]);
  });

  test("that are overwritten are fetched again, and their first rows are no second calls", async () => {
    put("cdr.csv", rowsFrom(1, 3));
    await pull.run();
    put("cdr.csv", rowsFrom(1, 5));
    expect((await pull.run()).events).toEqual(["imported cdr.csv"]);
    expect(await pull.stored()).toEqual({ calls: 5, files: 2 });
  });

  test("that are packed are unpacked; one whose packing is cut off is told of, and tried again", async () => {
    const packed = gzipSync(rowsFrom(1, 3));
    server.objects.set("cdr.csv.gz", packed);
    server.objects.set("torn.csv.gz", packed.subarray(0, packed.length - 12));
    expect((await pull.run()).events).toEqual(["failed torn.csv.gz file-unreadable", "imported cdr.csv.gz"]);
    expect(await pull.stored()).toEqual({ calls: 3, files: 1 });
    put("copy.csv", rowsFrom(1, 3));
    expect((await pull.run()).events).toContain("known copy.csv");
  });

  test("that are cut off in mid-transfer are fetched on from there", async () => {
    put("cdr.csv", rowsFrom(1, 400));
    server.cutAfterBytes = 1_000;
    expect((await pull.run()).events).toEqual(["imported cdr.csv"]);
    expect(await pull.stored()).toEqual({ calls: 400, files: 1 });
    expect(server.requests.filter((request) => request === "GET /records/cdr.csv")).toHaveLength(2);
  });

  test("are moved or removed when their rows are committed", async () => {
    put("in/a b.csv", rowsFrom(1, 2));
    await pull.run({ folder: "in", after: "move", moveTo: "done" });
    expect([...server.objects.keys()]).toEqual(["in/done/a b.csv"]);
    put("in/c.csv", rowsFrom(3, 2));
    await pull.run({ folder: "in", after: "delete" });
    expect([...server.objects.keys()]).toEqual(["in/done/a b.csv"]);
    expect(await pull.stored()).toEqual({ calls: 4, files: 2 });
  });

  test.each<[string, object, string]>([
    // problem                  settings                                          why
    ["server-login-refused", { secretKeyFrom: { file: "wrong" } }, "a wrong secret signs wrongly"],
    ["server-login-refused", { region: "us-east-1" }, "the bucket is in another region"],
    ["pull-folder-unreadable", { bucket: "nowhere" }, "there is no such bucket"],
    ["server-unreachable", { endpoint: "http://127.0.0.1:9" }, "nobody listens there"],
  ])("are told to be out of reach by %s (%o: %s)", async (code, settings) => {
    const files = JSON.parse(JSON.stringify(settings).replace('"wrong"', JSON.stringify(join(secrets, "wrong"))));
    expect(failure((await pull.run(files)).end)).toBe(code);
  });

  test("are refused by a store whose clock differs, and the problem says by how much", async () => {
    server.clockAheadMs = 3_600_000;
    const { end } = await pull.run();
    expect(failure(end)).toBe("server-clock-differs");
    expect(end).toMatchObject({ error: { what: expect.stringMatching(/this one is 3(599|600|601) s behind/) } });
  });
});
