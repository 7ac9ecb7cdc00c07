import type { ApiRoute } from "../../src/server/api/api-route.ts";
import type { Answered } from "../support/api-server.ts";
import { type JsonSchema, valueOfSchema } from "../support/value-of-schema.ts";
import { type Names, REFERENCES } from "./route-references.ts";

/** A request as it is sent, and the names of stored things in it. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

/** Where a request needs more than its schemas say, by operation. */
interface Recipe {
  readonly body?: object;
  readonly query?: Readonly<Record<string, string>>;
  /** Which of the owner's things it is about, where not every one does. */
  readonly own?: Readonly<Record<string, string>>;
  /** Requests that make what the route is then asked about; their answers name it. */
  readonly prepare?: (
    send: (sent: Sent) => Promise<Answered>,
    names: Names,
  ) => Promise<Readonly<Record<string, string>>>;
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  changeAddressList: { body: { addresses: ["127.0.0.1"] } },
  listKeys: { query: { ended: "true" } },
  topUpAccount: { own: { account: "sibling-customer" } },
};

let requests = 0;

/** A request to a route whose references are named by `nameOf`. */
export function sentTo(
  route: ApiRoute,
  nameOf: (name: string) => string,
  made: Readonly<Record<string, string>> = {},
): Sent {
  const names: string[] = [];
  const named = (name: string): string => {
    const value = made[name] ?? nameOf(name);
    names.push(value);
    return value;
  };
  const { body, query = {} } = RECIPES[route.operation] ?? {};
  const path = route.url.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(named(name)));
  const search = new URLSearchParams(query);
  for (const [name, schema] of Object.entries(route.query.properties as Record<string, JsonSchema>)) {
    if (search.has(name)) continue;
    if (REFERENCES[name] !== undefined) search.set(name, named(name));
    else if ((route.query.required ?? []).includes(name)) search.set(name, String(valueOfSchema(schema)));
  }
  const sentBody = route.body === undefined ? undefined : (body ?? valueOfSchema(route.body as JsonSchema));
  requests += 1;
  return {
    method: route.method,
    path: search.size === 0 ? path : `${path}?${search}`,
    body: withNames(sentBody, named),
    headers: {
      ...(route.idempotency !== undefined && { "idempotency-key": `walk-${requests}` }),
      ...(route.needsIfMatch && { "if-match": "*" }),
    },
    names,
  };
}

/** The body, with what points at stored things pointing at these. */
function withNames(body: unknown, named: (name: string) => string): unknown {
  if (Array.isArray(body)) return body.map((item) => withNames(item, named));
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      REFERENCES[name] !== undefined && typeof value === "string" ? named(name) : withNames(value, named),
    ]),
  );
}

/** The owner's own request, after whatever it needs was made. */
export async function ownRequest(
  route: ApiRoute,
  names: Names,
  send: (sent: Sent) => Promise<Answered>,
): Promise<Answered> {
  const { own, prepare } = RECIPES[route.operation] ?? {};
  return await send(sentTo(route, names.own, { ...own, ...(await prepare?.(send, names)) }));
}
