import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodedKey } from "../../src/server/pulls/s3-request.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, rowsFrom } from "../support/file-pull.ts";
import { amazonSignatures, hasMoto, type MotoServer, motoServer } from "../support/moto-server.ts";

const KEYS = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "a secret/with+signs=" };

describe.skipIf(!hasMoto())("a bucket of moto", () => {
  let db: TestDatabase;
  let secrets: string;
  let store: MotoServer;
  let pull: FilePull;

  beforeAll(async () => {
    [db, store, secrets] = await Promise.all([
      testDatabase(),
      motoServer(),
      mkdtemp(join(tmpdir(), "tollwright-secrets-")),
    ]);
    await writeFile(join(secrets, "key"), "anybody\n");
    const from = { file: join(secrets, "key") };
    pull = await FilePull.create(db, {
      ...{ kind: "s3", bucket: "records", endpoint: store.endpoint, timeoutS: 20 },
      ...{ accessKeyFrom: from, secretKeyFrom: from },
    });
  });
  afterAll(async () => {
    await store?.stop();
    await pull?.remove();
    await db?.drop();
    await rm(secrets, { recursive: true, force: true });
  });

  const ODD = ["a b.csv", "ä+ö %41.csv", "k&k='1'*(2)!~.csv", "<y>.csv"];

  test("is listed page by page, fetched once, unpacked, moved and emptied, whatever its keys look like", async () => {
    for (const [index, name] of ODD.entries()) await store.put(`out/${name}`, rowsFrom(index * 10, 2));
    await store.put("out/deeper/z.csv", rowsFrom(90, 2));
    await store.put("elsewhere.csv", rowsFrom(100, 2));
    expect((await pull.run({ folder: "out" })).events).toEqual(ODD.map((name) => `imported ${name}`).toSorted());
    expect((await pull.run({ folder: "out" })).events).toEqual([]);
    expect((await pull.run({ folder: "out", recursive: true })).events).toEqual(["imported deeper/z.csv"]);
    await store.put("in/c.csv.gz", gzipSync(rowsFrom(200, 2)));
    expect((await pull.run({ folder: "in", after: "move", moveTo: "done" })).events).toEqual(["imported c.csv.gz"]);
    expect((await pull.run({ folder: "in/done", after: "delete" })).events).toEqual(["known c.csv.gz"]);
    expect((await pull.run({ folder: "in", recursive: true })).events).toEqual([]);
    expect(await pull.stored()).toEqual({ calls: 12, files: 6 });
  });

  test("would let requests in that Amazon's own client signs alike", async () => {
    const region = "eu-central-1";
    const signer = new AwsClient({ ...KEYS, region, service: "s3", retries: 0 });
    const urls = [
      ...ODD.map((name) => `https://records.s3.eu-central-1.amazonaws.com/${encodedKey(`out/${name}`)}`),
      "https://store.example:9000/records/?list-type=2&encoding-type=url&prefix=out%2F&delimiter=%2F",
    ];
    const signed = await Promise.all(urls.map((url) => signer.sign(url)));
    const ours = signed.map(({ headers }) => /Signature=([0-9a-f]+)/.exec(headers.get("authorization") ?? "")?.[1]);
    const requests = signed.map(({ url, method, headers }) => {
      const sent = Object.fromEntries(["x-amz-content-sha256", "x-amz-date"].map((name) => [name, headers.get(name)!]));
      return { url, method, headers: { ...sent, host: new URL(url).host }, region, ...KEYS };
    });
    expect(amazonSignatures(requests)).toEqual(ours);
  });
});
