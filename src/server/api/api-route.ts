import type { Readable } from "node:stream";
import { type Static, type TObject, type TSchema, Type } from "typebox";
import type { ProblemCode } from "../../core/problem.ts";
import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Admission, RequestFacts } from "./authenticate.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A file in the place of JSON: the types that its handler may answer with. */
export interface FileAnswer {
  readonly contentTypes: readonly string[];
}

/** An answer that is no JSON: a PDF, or rows that are streamed as CSV. */
export const fileAnswer = (...contentTypes: readonly string[]): FileAnswer => ({ contentTypes });

/** An answer with headers, or with another status than the route's own. */
export class Reply<Body> {
  readonly body: Body;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(body: Body, headers: Readonly<Record<string, string | readonly string[]>> = {}) {
    this.body = body;
    this.headers = headers;
  }
}

type AnswerOf<Answer> = Answer extends TSchema
  ? Static<Answer> | Reply<Static<Answer>>
  : Answer extends FileAnswer
    ? Reply<Readable | Buffer | string>
    : // biome-ignore lint/suspicious/noConfusingVoidType: a handler without an answer returns nothing
      void | Reply<undefined>;

/** What a handler gets. All of it passed the route's schemas. */
export interface ApiRequest<Params, Query, Body> {
  readonly actor: Actor;
  /**
   * The database as the actor may see it: transactions of the role `app` are narrowed to their tenant and subtree, the
   * other roles are open to the operator's own people alone.
   */
  readonly db: Database;
  /**
   * The whole tenant, for writes to what the actor was shown by `db`: who acts for an account may write little by
   * itself. Where a request has an idempotency key, every transaction of the role `app` on it is part of the one that
   * the answer is kept in (for the operator's own people those of `db`, too).
   */
  readonly tenantDb: Database;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly requestId: string;
  /** Address, headers, path: what the audit keeps. */
  readonly facts: RequestFacts;
  /** The version in `If-Match`, without its quotes; null: none was given, or `*`. */
  readonly ifMatch: string | null;
  /** Ends when the client goes away. */
  readonly signal: AbortSignal;
}

interface Declaration<Params extends TObject, Query extends TObject, Body extends TSchema, Answer> {
  readonly method: Method;
  /** `/v1/accounts/{account}`; each name in braces is one of `params`. */
  readonly url: `/v1/${string}`;
  /** The operation's name in the OpenAPI document and in clients: `listAccounts`. */
  readonly operation: string;
  /** What it is about, as the reference page groups it: `Accounts`. */
  readonly tag: string;
  /** One line: "List accounts". */
  readonly summary: string;
  readonly about?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Bytes that a body may have; 1 MiB when not given. */
  readonly bodyBytesMax?: number;
  /** A schema, {@link fileAnswer}, or null: nothing but the status 204. */
  readonly answer: Answer;
  /** 200 when not given, 204 without an answer. */
  readonly status?: 200 | 201 | 202 | 204 | 302 | 303;
  /** What it may answer beside what every route may: in the document, and checked by the tests. */
  readonly problems?: readonly ProblemCode[];
}

interface GuardedDeclaration {
  /** Who may; see {@link Admission}. */
  readonly admits: Exclude<Admission, "public">;
  /** For who acts for a reseller or customer it is closed (403): it can't be narrowed to a subtree. */
  readonly isOperatorOnly?: boolean;
  /**
   * `required` on whatever moves money: the answer is kept under the header Idempotency-Key, in the transaction of the
   * change, and a repeat gets it again.
   */
  readonly idempotency?: "required" | "optional";
  /** The route changes what may have changed meanwhile: If-Match is required (428 without), and `ifMatch` tells it. */
  readonly needsIfMatch?: boolean;
}

/** A route as the server registers it: what it says of itself, and what answers it, with their types erased. */
export interface ApiRoute
  extends Declaration<TObject, TObject, TSchema, TSchema | FileAnswer | null>,
    Omit<GuardedDeclaration, "admits"> {
  readonly admits: Admission;
  readonly params: TObject;
  readonly query: TObject;
  handle(request: ApiRequest<unknown, unknown, unknown>): Promise<unknown>;
}

type Nothing = TObject<Record<never, never>>;

/**
 * Declares a route that only who is known may use. Its schemas validate at run time, type the handler and make the
 * OpenAPI document. How to: docs/guides/adding-a-route.md.
 */
export function apiRoute<
  Answer extends TSchema | FileAnswer | null,
  Params extends TObject = Nothing,
  Query extends TObject = Nothing,
  Body extends TSchema = Nothing,
>(
  route: Declaration<Params, Query, Body, Answer> &
    GuardedDeclaration & {
      handle(request: ApiRequest<Static<Params>, Static<Query>, Static<Body>>): Promise<AnswerOf<Answer>>;
    },
): ApiRoute {
  return { params: NOTHING, query: NOTHING, ...route } as unknown as ApiRoute;
}

/** What a handler gets where nobody is known yet. */
export type PublicRequest<Params, Query, Body> = Omit<
  ApiRequest<Params, Query, Body>,
  "actor" | "db" | "tenantDb" | "ifMatch"
>;

/** Declares a route that everybody may use: logging in, accepting an invitation. */
export function publicRoute<
  Answer extends TSchema | FileAnswer | null,
  Params extends TObject = Nothing,
  Query extends TObject = Nothing,
  Body extends TSchema = Nothing,
>(
  route: Declaration<Params, Query, Body, Answer> & {
    handle(request: PublicRequest<Static<Params>, Static<Query>, Static<Body>>): Promise<AnswerOf<Answer>>;
  },
): ApiRoute {
  return { params: NOTHING, query: NOTHING, ...route, admits: "public" } as unknown as ApiRoute;
}

const NOTHING = Type.Object({}, { additionalProperties: false });
