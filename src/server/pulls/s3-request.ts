import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import { AwsClient } from "aws4fetch";
import { now } from "../../clock.ts";
import { childOf, readTree } from "../../mediation/xml/read-tree.ts";
import { serverCertificateRefused, serverClockDiffers, serverLoginRefused } from "./problems.ts";

/** A bucket, and the keys to it. */
export interface Bucket {
  /** For messages: "s3://records at https://minio.example:9000". */
  readonly server: string;
  /** Where keys begin, with a slash at its end. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Certificates of the authorities that may vouch for the store; those that Node knows when not given. */
  readonly ca?: string;
  readonly timeoutS: number;
}

/** What is asked of a bucket. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** null: the bucket itself. */
  readonly key: string | null;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The store says no, in a way that is the caller's to judge. */
export class S3Refusal extends Error {
  override readonly name = "S3Refusal";
  readonly status: number;
  /** "NoSuchKey", "AccessDenied"; "" where the answer does not say. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const MS_PER_S = 1_000;

/** Codes of a login that is wrong, whatever is asked for. */
const LOGIN_CODES = new Set([
  ...["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"],
  ...["AuthorizationHeaderMalformed"],
]);

/** Sends signed requests to one bucket. */
export class S3Client {
  readonly #bucket: Bucket;
  readonly #signer: AwsClient;

  constructor(bucket: Bucket) {
    const { accessKeyId, secretAccessKey, sessionToken, region } = bucket;
    this.#bucket = bucket;
    this.#signer = new AwsClient({
      ...{ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 },
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
  }

  /**
   * Sends a request and answers a response that went well; its body, as it is stored, is still to be read, and `signal`
   * ends that too. Errors: {@link S3Refusal}; Problems `server-login-refused`, `server-clock-differs`,
   * `server-certificate-refused`; a plain error for a store that is away or busy.
   */
  async send({ method, key, query, headers }: S3Request, signal: AbortSignal): Promise<IncomingMessage> {
    const { url } = this.#bucket;
    const address = `${url}${key === null ? "" : encodedKey(key)}${query ? `?${encodedQuery(query)}` : ""}`;
    const signed = await this.#signer.sign(address, { method, headers: { ...headers } });
    const response = await this.#exchange(signed, signal).catch((error: unknown) => {
      throw this.#unanswered(error);
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw this.#refused(response, await text(response).catch(() => ""));
  }

  /** By Node's own client: fetch unpacks objects that are stored as gzip, and their sizes are then not as listed. */
  async #exchange({ url, method, headers }: Request, signal: AbortSignal): Promise<IncomingMessage> {
    const { timeoutS, ca } = this.#bucket;
    const request = url.startsWith("https:") ? https.request : http.request;
    const sent = request(url, {
      method,
      headers: Object.fromEntries(headers),
      signal,
      ...(ca === undefined ? {} : { ca }),
    });
    const silence = setTimeout(() => sent.destroy(new Error(`no answer in ${timeoutS} s`)), timeoutS * MS_PER_S);
    sent.end();
    try {
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      sent.on("error", () => undefined); // the body ends in the same error
      return response;
    } finally {
      clearTimeout(silence);
    }
  }

  /** The same, with the whole of a short answer. Errors: those of {@link send}, and a plain one for a cut. */
  async text(request: S3Request, signal: AbortSignal): Promise<string> {
    const limit = AbortSignal.timeout(this.#bucket.timeoutS * MS_PER_S);
    return await text(await this.send(request, AbortSignal.any([signal, limit])));
  }

  #unanswered(error: unknown): Error {
    const reason = (error instanceof Error && (error.message || error.name)) || String(error);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const { server } = this.#bucket;
    return /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code)
      ? serverCertificateRefused({ server, reason, offered: null, cause: error })
      : new Error(reason, { cause: error });
  }

  #refused({ headers, statusCode: status = 0 }: IncomingMessage, body: string): Error {
    const { server, accessKeyId: user } = this.#bucket;
    const { code, message } = errorIn(body);
    const reason = [code || `status ${status}`, message].filter((text) => text !== "").join(": ");
    if (code === "RequestTimeTooSkewed") {
      const theirs = Date.parse(headers.date ?? "");
      const aheadS = Number.isNaN(theirs) ? null : Math.floor((now().epochMilliseconds - theirs) / MS_PER_S);
      return serverClockDiffers({ server, aheadS });
    }
    if (LOGIN_CODES.has(code)) return serverLoginRefused({ server, user, reason });
    if (status >= 500 || status === 429) return new Error(`${server}: ${reason}`);
    return new S3Refusal(status, code, reason);
  }
}

/** What the store says is wrong, also in an answer that calls itself a success. */
export function errorIn(body: string): { readonly code: string; readonly message: string } {
  const tree = body === "" ? "" : readTree(body);
  if (typeof tree === "string" || tree.name !== "Error") return { code: "", message: "" };
  return { code: childOf(tree, "Code")?.text ?? "", message: childOf(tree, "Message")?.text ?? "" };
}

/** RFC 3986, which is stricter than what encodeURIComponent leaves alone. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** A key as a path; its slashes stay. */
export const encodedKey = (key: string): string => key.split("/").map(encoded).join("/");

const encodedQuery = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join("&");
