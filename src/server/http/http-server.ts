import type { Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from "fastify";
import type { Database } from "../db/database.ts";
import { answerClientError } from "./client-error.ts";
import { healthRoutes } from "./health-routes.ts";
import { hostCheck } from "./host-check.ts";
import { answerProblem, answerUnknownRoute } from "./problem-response.ts";
import { httpNotListening, serverStopping } from "./problems.ts";
import { databaseCheck, Readiness } from "./readiness.ts";
import { requestId } from "./request-id.ts";
import { type HttpMeter, requestLog } from "./request-log.ts";
import { traceRequests } from "./request-span.ts";
import { SECURITY_HEADERS, TLS_HEADERS } from "./security-headers.ts";
import type { HttpTls } from "./tls-files.ts";
import { trustedProxies } from "./trusted-proxies.ts";

export interface HttpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly db: Database;
  readonly log: FastifyBaseLogger;
  readonly routes: readonly FastifyPluginAsync[];
  /** Milliseconds in which a whole request has to arrive; {@link REQUEST_MS_MAX} when not given. */
  readonly requestMsMax?: number;
  /** Null or not given: plain HTTP. */
  readonly tls?: HttpTls | null;
  /** Milliseconds from one look at the certificate's files to the next; as of {@link HttpTls.follow} when not given. */
  readonly tlsLookMs?: number;
  /** What requests may name as their host; null or not given: anything. */
  readonly names?: readonly string[] | null;
  /** Ranges of addresses whose word is taken for where a request comes from; not given: nobody's. */
  readonly proxies?: readonly string[];
  /** The level of each request's line; debug when not given. */
  readonly logRequests?: "debug" | "info";
  readonly meter?: HttpMeter;
  /** Looks at the database alone when not given. */
  readonly readiness?: Readiness;
}

export interface HttpServer {
  /** "http://127.0.0.1:8080" or "https://…", with the port that was taken. */
  readonly url: string;
  /** Takes no more requests, and waits for those under way. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1 << 20;
/** A sender that is slower than this holds a connection for nothing. */
const REQUEST_MS_MAX = 30_000;

/** Starts to answer HTTP. Errors: Problem `http-not-listening`. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port } = options;
  const app = await buildApp(options);
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw httpNotListening({ host, port, reason, cause });
  }
  const { address, family, port: taken } = app.server.address() as AddressInfo;
  const name = family === "IPv6" ? `[${address}]` : address;
  options.tls?.follow(app.server as SecureServer, options.tlsLookMs);
  const close = async () => {
    options.tls?.close();
    await app.close();
  };
  return { url: `${options.tls ? "https" : "http"}://${name}:${taken}`, close };
}

async function buildApp(options: HttpOptions): Promise<FastifyInstance> {
  const { db, log, routes, requestMsMax = REQUEST_MS_MAX, tls = null } = options;
  const limits = {
    requestTimeout: requestMsMax,
    headersTimeout: requestMsMax, // with Node's own, which is longer, no request would ever time out
    connectionsCheckingInterval: Math.ceil(requestMsMax / 4),
  };
  const app = Fastify({
    ...(tls === null ? { http: limits } : { https: { ...tls.options, ...limits } }),
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler: answerClientError,
    // What fails before there is a route, and before any hook: an address that can't be decoded.
    frameworkErrors: (error, request, reply) => answerProblem(error, request, reply.headers(headersOf(options))),
    return503OnClosing: false, // answered below, as a problem
    genReqId: requestId,
    trustProxy: trustedProxies(options.proxies ?? []),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMsMax,
    ajv: { customOptions: { removeAdditional: false } }, // the default drops unknown fields without a word
    routerOptions: { maxParamLength: 128 },
  });
  traceRequests(app);
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers(headersOf(options));
  });
  letGoWhenClosing(app);
  if (options.names) app.addHook("onRequest", hostCheck(options.names));
  app.addHook("onResponse", requestLog(options.logRequests ?? "debug", options.meter));
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(answerUnknownRoute);
  await app.register(healthRoutes(options.readiness ?? new Readiness([databaseCheck(db)])));
  for (const plugin of routes) await app.register(plugin);
  return app;
}

const headersOf = ({ tls }: HttpOptions) => (tls ? { ...SECURITY_HEADERS, ...TLS_HEADERS } : SECURITY_HEADERS);

/**
 * A connection that is answered after the close began would stay open for its next request, and the close wait. What
 * comes on it all the same is refused.
 */
function letGoWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onRequest", async () => {
    if (closing) throw serverStopping();
  });
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });
}
