import { execFileSync } from "node:child_process";
import { freePort, untilListening } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

/** A store of objects that nobody here wrote: the S3 of moto, which tests of Amazon's clients run against. */
export interface MotoServer {
  readonly endpoint: string;
  /** Puts an object, as an operator's own program would; the bucket is "records". */
  put(key: string, content: string | Buffer): Promise<void>;
  stop(): Promise<void>;
}

/** Small, so that every listing has several pages. */
const KEYS_PER_PAGE = 2;

/** Whether moto and Amazon's own signer are installed; says so when they are not. */
export function hasMoto(): boolean {
  try {
    execFileSync("python3", ["-c", "import botocore.auth, flask_cors, moto"], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write("not run: moto is not installed: pip install 'moto[s3,server]'\n");
    return false;
  }
}

/** Starts a store with an empty bucket. It lets anybody in: signatures are held against {@link amazonSignatures}. */
export async function motoServer(): Promise<MotoServer> {
  const port = await freePort();
  const words = ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)];
  const server = new ServerProcess("env", [`MOTO_S3_DEFAULT_MAX_KEYS=${KEYS_PER_PAGE}`, "python3", ...words]);
  await untilListening(port);
  const endpoint = `http://127.0.0.1:${port}`;
  const send = async (path: string, body: string | Buffer) => {
    const response = await fetch(`${endpoint}/records${path}`, { method: "PUT", body });
    if (!response.ok) throw new Error(`moto answers ${response.status}: ${await response.text()}`);
  };
  await send("", "");
  return {
    endpoint,
    put: (key, content) => send(`/${key.split("/").map(encodeURIComponent).join("/")}`, content),
    stop: () => server.kill(),
  };
}

/** A request as it goes over the wire, and the keys that sign it. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

const SIGN = `
import json, sys
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
for line in sys.stdin:
    wanted = json.loads(line)
    auth = S3SigV4Auth(Credentials(wanted["accessKeyId"], wanted["secretAccessKey"]), "s3", wanted["region"])
    request = AWSRequest(method=wanted["method"], url=wanted["url"], headers=wanted["headers"])
    request.context["timestamp"] = wanted["headers"]["x-amz-date"]
    text = auth.canonical_request(request)
    print(auth.signature(auth.string_to_sign(request, text), request))
`;

/** The signatures that Amazon's own client makes for requests. */
export const amazonSignatures = (requests: readonly SignedRequest[]): readonly string[] =>
  execFileSync("python3", ["-c", SIGN], { input: requests.map((request) => JSON.stringify(request)).join("\n") })
    .toString()
    .trim()
    .split("\n");
