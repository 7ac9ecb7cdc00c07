import { once } from "node:events";
import { createInterface } from "node:readline";
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

export async function startServer(databaseUrl: string): Promise<StartedServer> {
  const { child, ended } = startTollwright(["start"], {
    DATABASE_URL: databaseUrl,
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

async function listeningUrl(stderr: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    said.push(line);
    const url = /^Listening on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`the server did not start:\n${said.join("\n")}`);
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
