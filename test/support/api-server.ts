import type { FastifyPluginAsync } from "fastify";
import pino from "pino";
import { PERMISSIONS, type Permission } from "../../src/core/access/permission.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import type { ApiRoute } from "../../src/server/api/api-route.ts";
import { apiRoutes } from "../../src/server/api/api-routes.ts";
import type { Authenticator } from "../../src/server/api/authenticate.ts";
import { openApiRoutes } from "../../src/server/api/openapi-routes.ts";
import type { ApiParts } from "../../src/server/api/resources.ts";
import type { Database } from "../../src/server/db/database.ts";
import { startHttp } from "../../src/server/http/http-server.ts";
import { createPdfPrinter } from "../../src/server/invoicing/render-pdf.ts";
import { NO_WEBHOOKS } from "./api-surroundings.ts";
import { peopleOf } from "./people.ts";

/** What resources need: no archive, and a printer that starts when it is first asked. */
export const apiParts = (db: Database): ApiParts => ({
  ...{ db, archive: null, printer: createPdfPrinter({ threads: 1 }), webhooks: NO_WEBHOOKS },
  people: peopleOf(db, NO_WEBHOOKS.secretsKeyFile),
});

/** An answer as tests look at it. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined: no JSON came. */
  readonly body: never;
  readonly text: string;
}

export interface SentOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An HTTP server with routes of the API, and callers that it knows by a name in the place of a key. */
export class ApiServer {
  readonly url: string;
  readonly #close: () => Promise<void>;
  readonly #actors: Map<string, Actor>;

  private constructor(url: string, close: () => Promise<void>, actors: Map<string, Actor>) {
    this.url = url;
    this.#close = close;
    this.#actors = actors;
  }

  static async start(
    db: Database,
    routes: readonly ApiRoute[],
    options: {
      readonly requestsPerMinute?: number;
      readonly requestMsMax?: number;
      /** Asked after who is known by a name. */
      readonly authenticators?: readonly Authenticator[];
      /** Other routes and hooks, in their order, before those of the API. */
      readonly before?: readonly FastifyPluginAsync[];
    } = {},
  ): Promise<ApiServer> {
    const actors = new Map<string, Actor>();
    const byName: Authenticator = async ({ headers }) =>
      actors.get(headers.authorization?.replace(/^Bearer /, "") ?? "") ?? null;
    const { requestMsMax, requestsPerMinute = 1_000_000, authenticators = [], before = [] } = options;
    const { url, close } = await startHttp({
      ...{ host: "127.0.0.1", port: 0, db, log: pino({ level: process.env.API_LOG ?? "silent" }) },
      routes: [
        ...before,
        openApiRoutes,
        apiRoutes({ db, authenticators: [byName, ...authenticators], routes, requestsPerMinute }),
      ],
      ...(requestMsMax !== undefined && { requestMsMax }),
    });
    return new ApiServer(url, close, actors);
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Somebody who may do `permissions`, all when not given, in a tenant or below an account of it. */
  caller(
    name: string,
    tenantId: string,
    {
      accountId = null,
      permissions = PERMISSIONS,
    }: { accountId?: string | null; permissions?: readonly Permission[] } = {},
  ): Caller {
    this.#actors.set(name, {
      ...{ kind: "api-key", id: null, name: `key:${name}`, tenantId, accountId, address: "127.0.0.1" },
      ...{ permissions: new Set(permissions), impersonator: null },
    });
    return new Caller(this.url, name);
  }

  /** Somebody whom the server does not know. */
  stranger(): Caller {
    return new Caller(this.url, null);
  }
}

/** Sends requests as one caller. */
export class Caller {
  readonly #url: string;
  readonly #name: string | null;

  constructor(url: string, name: string | null) {
    this.#url = url;
    this.#name = name;
  }

  /** The answer as it comes, its body not read yet. */
  async open(method: string, path: string, { body, headers = {}, signal }: SentOptions = {}): Promise<Response> {
    return await fetch(`${this.#url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(this.#name !== null && { authorization: `Bearer ${this.#name}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  }

  async send(method: string, path: string, options: SentOptions = {}): Promise<Answered> {
    const answer = await this.open(method, path, options);
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: answer.status,
      headers: answer.headers,
      body: (isJson && text !== "" ? JSON.parse(text) : undefined) as never,
      text,
    };
  }

  get = (path: string, options: SentOptions = {}) => this.send("GET", path, options);
  post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    this.send("POST", path, { body, headers });
  patch = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    this.send("PATCH", path, { body, headers });
}
