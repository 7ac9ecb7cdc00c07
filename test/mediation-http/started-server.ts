import { once } from "node:events";
import { startTollwright } from "../support/command-line.ts";

/** A `tollwright start` of its own, on a test's database and any free port. */
export interface StartedServer {
  readonly url: string;
  readonly pid: number;
  /** SIGTERM; answers the exit status and everything that was logged. */
  stop(): Promise<{ readonly status: number | null; readonly log: string }>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export async function startServer(databaseUrl: string, dataDir?: string): Promise<StartedServer> {
  const { child, ended } = startTollwright(["start"], {
    DATABASE_URL: databaseUrl,
    ...(dataDir !== undefined && { TOLLWRIGHT_DATA_DIR: dataDir }),
    TOLLWRIGHT_HTTP_PORT: "0",
    TOLLWRIGHT_LOG_LEVEL: "warn",
  });
  const url = await listeningUrl(child.stderr);
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill("SIGTERM");
      const { status, stderr } = await ended;
      return { status, log: stderr };
    },
    kill: async () => {
      child.kill("SIGKILL");
      await Promise.all([once(child, "exit"), ended.catch(() => undefined)]);
    },
  };
}

/**
 * The address that the server says it listens on. Only listens along: `ended` reads the same stream to its end, and a
 * second reader that stops early (readline, `for await`) would pause it, so that the process never seems to end.
 */
function listeningUrl(stderr: NodeJS.ReadableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = "";
  const listen = (chunk: Buffer) => {
    said += chunk.toString();
    const url = /^Listening on (\S+)\n/m.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  };
  stderr.on("data", listen);
  stderr.once("end", () => reject(new Error(`the server did not start:\n${said}`)));
  return promise.finally(() => stderr.off("data", listen));
}

/** Posts records to a source with a bearer token; answers the status and the document. */
export async function post(
  url: string,
  {
    source,
    token,
    body,
    headers = {},
  }: {
    readonly source: string;
    readonly token: string;
    readonly body: string | Uint8Array<ArrayBuffer>;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<{ readonly status: number; readonly answer: Record<string, unknown>; readonly headers: Headers }> {
  const response = await fetch(`${url}/v1/sources/${source}/cdrs`, {
    method: "POST",
    body,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
  });
  return {
    status: response.status,
    answer: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}
