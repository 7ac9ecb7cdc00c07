import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { now } from "../../src/clock.ts";

export const ACCESS_KEY = "AKIATESTTESTTEST";
export const SECRET_KEY = "secret/with+signs=";
const BUCKET = "records";
const REGION = "eu-central-1";
/** Small, so that every test's listing has several pages. */
const KEYS_PER_PAGE = 2;
const SKEW_MS_MAX = 15 * 60_000;

/**
 * A store of objects over HTTP that checks every signature by itself, after the specification: AWS Signature Version 4,
 * ListObjectsV2, GetObject with ranges, HeadObject, CopyObject, DeleteObject; paths begin with the bucket.
 */
export class S3Server {
  readonly objects = new Map<string, Buffer>();
  /** How far the store's clock is ahead of this machine's. */
  clockAheadMs = 0;
  /** Bytes after which the next body breaks off. */
  cutAfterBytes: number | undefined;
  readonly requests: string[] = [];
  readonly #http = createServer((request, response) => this.#answer(request, response));

  static async start(): Promise<S3Server> {
    const server = new S3Server();
    server.#http.listen(0, "127.0.0.1");
    await once(server.#http, "listening");
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, "close");
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    const at = now().epochMilliseconds + this.clockAheadMs;
    response.setHeader("date", new Date(at).toUTCString());
    const fault = this.#fault(request, at);
    const { pathname, searchParams } = new URL(request.url ?? "", this.endpoint);
    const [, bucket, ...rest] = pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    if (fault !== null) refuse(response, 403, fault);
    else if (bucket !== BUCKET) refuse(response, 404, "NoSuchBucket");
    else if (key === "") this.#list(searchParams, response);
    else if (request.method === "PUT") this.#copy(key, request, response);
    else if (request.method === "DELETE") this.#delete(key, response);
    else this.#get(key, request, response);
  }

  /** The code of what is wrong with a request's signature; null when nothing is. */
  #fault(request: IncomingMessage, at: number): string | null {
    const form = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
    const [, credential = "", signed = "", signature = ""] = form.exec(request.headers.authorization ?? "") ?? [];
    const [accessKey, date = "", region = "", service = "", end] = credential.split("/");
    if (accessKey !== ACCESS_KEY) return "InvalidAccessKeyId";
    if (region !== REGION || service !== "s3" || end !== "aws4_request") return "AuthorizationHeaderMalformed";
    const stamp = String(request.headers["x-amz-date"]);
    const signedAt = Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(signedAt - at) < SKEW_MS_MAX)) return "RequestTimeTooSkewed";
    const names = signed.split(";");
    if (!names.includes("host") || !names.includes("x-amz-date")) return "AccessDenied";
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const canonical = [
      ...[request.method, path, query.split("&").sort().join("&")],
      ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, " ")}`),
      ...["", signed, request.headers["x-amz-content-sha256"]],
    ].join("\n");
    const scope = `${date}/${region}/${service}/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${createHash("sha256").update(canonical).digest("hex")}`;
    const hmac = (secret: string | Buffer, text: string) => createHmac("sha256", secret).update(text).digest();
    const secret = [date, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${SECRET_KEY}`);
    return timingSafeEqual(hmac(secret, toSign), Buffer.from(signature, "hex")) ? null : "SignatureDoesNotMatch";
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter")];
    const after = Buffer.from(query.get("continuation-token") ?? "", "base64").toString();
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && !(delimiter && key.slice(prefix.length).includes(delimiter)))
      .sort()
      .filter((key) => key > after);
    const page = keys.slice(0, KEYS_PER_PAGE);
    const next = Buffer.from(page.at(-1) ?? "").toString("base64");
    const contents = page.map((key) => {
      const body = this.objects.get(key) as Buffer;
      const name = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
      return `<Contents><Key>${name}</Key><ETag>&quot;${tag(body)}&quot;</ETag><Size>${body.length}</Size></Contents>`;
    });
    const more = keys.length > page.length;
    const token = more ? `<NextContinuationToken>${next}</NextContinuationToken>` : "";
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${more}</IsTruncated>${token}${contents.join("")}</ListBucketResult>`,
    );
  }

  #get(key: string, request: IncomingMessage, response: ServerResponse): void {
    const body = this.objects.get(key);
    if (body === undefined) {
      refuse(response, 404, "NoSuchKey");
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const part = body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { etag: `"${tag(body)}"`, "content-length": part.length });
    const cut = request.method === "GET" ? this.cutAfterBytes : undefined;
    if (cut === undefined) response.end(request.method === "HEAD" ? undefined : part);
    else {
      this.cutAfterBytes = undefined;
      response.write(part.subarray(0, cut), () => setImmediate(() => response.destroy()));
    }
  }

  #copy(key: string, request: IncomingMessage, response: ServerResponse): void {
    const [, bucket, ...rest] = String(request.headers["x-amz-copy-source"]).split("/");
    const body = bucket === BUCKET ? this.objects.get(decodeURIComponent(rest.join("/"))) : undefined;
    if (body === undefined) refuse(response, 404, "NoSuchKey");
    else {
      this.objects.set(key, body);
      response.end("<CopyObjectResult/>");
    }
  }

  #delete(key: string, response: ServerResponse): void {
    this.objects.delete(key);
    response.writeHead(204).end();
  }
}

const tag = (body: Buffer): string => createHash("md5").update(body).digest("hex");

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>as the test wants it</Message></Error>`);
}
