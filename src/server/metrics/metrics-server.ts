import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { fileFault } from "../mediation/read-file.ts";
import type { Metrics } from "./metrics.ts";
import { metricsNotListening, metricsTokenInvalid } from "./problems.ts";

export interface MetricsServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What scrapers have to show; null: nothing. */
  readonly token: string | null;
}

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Scrapers are few, and ask again soon: whoever is slow or many is not one. */
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 50;
const TOKEN_CHARS_MIN = 16;

/** Tells metrics at /metrics, on a port of their own. Errors: Problem `metrics-not-listening`. */
export async function startMetrics(metrics: Metrics, options: MetricsServerOptions): Promise<MetricsServer> {
  const { host, port, token } = options;
  const limits = { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX, maxHeaderSize: 8_192 };
  const server = createServer(limits, answering(metrics, token));
  server.maxConnections = CONNECTIONS_MAX;
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw metricsNotListening({ host, port, reason, cause });
  }
  const { address, family, port: taken } = server.address() as AddressInfo;
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}/metrics`, close };
}

/** The token in a file, null without one. Errors: Problem `metrics-token-invalid`. */
export async function readMetricsToken(path: string | null): Promise<string | null> {
  if (path === null) return null;
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw metricsTokenInvalid({ path, reason: fileFault(error) });
  });
  const [token = ""] = text.split(/\r?\n/);
  if (token.length < TOKEN_CHARS_MIN) throw metricsTokenInvalid({ path, reason: "it is too short" });
  return token;
}

function answering(metrics: Metrics, token: string | null): RequestListener {
  const wanted = token === null ? null : digestOf(`Bearer ${token}`);
  return async ({ method, url, headers }, response) => {
    const end = (status: number, text: string, more: Record<string, string> = {}) =>
      response
        .writeHead(status, { "content-type": "text/plain", "x-content-type-options": "nosniff", ...more })
        .end(text);
    if (wanted !== null && !timingSafeEqual(wanted, digestOf(headers.authorization ?? "")))
      return end(401, "A token is needed.\n", { "www-authenticate": "Bearer" });
    if (method !== "GET" || url?.split("?")[0] !== "/metrics") return end(404, "Metrics are at GET /metrics.\n");
    try {
      return end(200, await metrics.text(), { "content-type": metrics.contentType });
    } catch {
      return end(500, "The metrics could not be gathered.\n");
    }
  };
}

/** Of one length, whatever was sent, so that the comparison takes the same time. */
const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
