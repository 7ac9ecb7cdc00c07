import type { AddressInfo } from "node:net";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from "fastify";
import type { Database } from "../db/database.ts";
import { answerClientError } from "./client-error.ts";
import { healthRoutes } from "./health-routes.ts";
import { answerProblem, answerUnknownRoute } from "./problem-response.ts";
import { httpNotListening } from "./problems.ts";

export interface HttpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly db: Database;
  readonly log: FastifyBaseLogger;
  readonly routes: readonly FastifyPluginAsync[];
  /** Milliseconds in which a whole request has to arrive; {@link REQUEST_MS_MAX} when not given. */
  readonly requestMsMax?: number;
}

export interface HttpServer {
  /** "http://127.0.0.1:8080", with the port that was taken. */
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
  return { url: `http://${name}:${taken}`, close: () => app.close() };
}

async function buildApp({ db, log, routes, requestMsMax = REQUEST_MS_MAX }: HttpOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler: answerClientError,
    frameworkErrors: answerProblem, // what fails before there is a route: an address that can't be decoded
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMsMax,
    http: {
      requestTimeout: requestMsMax,
      headersTimeout: requestMsMax, // with Node's own, which is longer, no request would ever time out
      connectionsCheckingInterval: Math.ceil(requestMsMax / 4),
    },
    ajv: { customOptions: { removeAdditional: false } }, // the default drops unknown fields without a word
    routerOptions: { maxParamLength: 128 },
  });
  letGoWhenClosing(app);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(answerUnknownRoute);
  await app.register(healthRoutes(db));
  for (const plugin of routes) await app.register(plugin);
  return app;
}

/** A connection that is answered after the close began would stay open for its next request, and the close wait. */
function letGoWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });
}
