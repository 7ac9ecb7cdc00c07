import type { ApiRoute } from "../../src/server/api/api-route.ts";
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
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  applySetup: { body: { document: '{"tenant":{"name":"Walked"}}', dryRun: true } },
  changeAddressList: { body: { addresses: ["127.0.0.1"] } },
  changeUser: { body: { name: "Ada" } },
  createWebhook: { body: { url: "https://93.184.216.34/hooks" } },
  changeWebhook: { body: { description: "Another" } },
  exportCalls: { query: { from: "2026-03-01", to: "2026-04-01" } },
  listKeys: { query: { ended: "true" } },
  moveAccount: { body: { to: "second", dryRun: true }, own: { account: "sibling-customer" } },
  removeSipUser: { body: { name: "ada" } },
  searchCalls: { query: { from: "2026-03-01", to: "2026-04-01" } },
  setSipUser: { body: { account: "top", name: "ada", password: "correct horse" } },
  topUpAccount: { own: { account: "sibling-customer" } },
};

/**
 * What the owner's key is not enough for: these ask for a browser's session or for a link that was sent, and are tried
 * where people are (test/people/). Who else may use them is walked here all the same.
 */
export const NEEDS_MORE: ReadonlySet<string> = new Set([
  ...["logIn", "proveSecondFactor", "setPasswordByLink", "changeMe", "changePassword", "listMySessions"],
  ...["endMyOtherSessions", "endMySession", "beginSecondFactor", "confirmSecondFactor", "listMySecondFactors"],
  ...["removeMySecondFactor", "renewMyRecoveryCodes", "beginAuthenticator", "addAuthenticator"],
  ...["challengeAuthenticators", "proveByAuthenticator"],
  // A person, and not a key: test/keys/impersonation.test.ts. Calls that are up: test/cuts/. An account without
  // packages: test/tenancy/move-account.test.ts. An event with a number, as those that happen have: test/webhooks/.
  ...["beginImpersonation", "listSessions", "moveAccount", "replayDelivery"],
]);

let requests = 0;

/** What a request may point at beside what its path names: one filter of the query, or one field of the body. */
interface Pointer {
  readonly part: "query" | "body";
  readonly name: string;
}

/** The requests to a route that point at something: by its path, and by each filter and each field that may. */
export function requestsTo(route: ApiRoute, nameOf: (name: string) => string): readonly Sent[] {
  const pointersOf = (part: Pointer["part"], schema: JsonSchema | undefined): readonly Pointer[] =>
    Object.keys(schema?.properties ?? {})
      .filter((name) => REFERENCES[name] !== undefined)
      .map((name) => ({ part, name }));
  const pointers = [
    ...pointersOf("query", route.query as JsonSchema),
    ...pointersOf("body", route.body as JsonSchema | undefined),
  ];
  const plain = sentTo(route, nameOf);
  return [...(plain.names.length > 0 ? [plain] : []), ...pointers.map((pointer) => sentTo(route, nameOf, { pointer }))];
}

/** A request to a route whose references are named by `nameOf`, but for those that were `made` for it. */
export function sentTo(
  route: ApiRoute,
  nameOf: (name: string) => string,
  { made = {}, pointer }: { readonly made?: Readonly<Record<string, string>>; readonly pointer?: Pointer } = {},
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
    if (pointer?.part === "query" && pointer.name === name) search.set(name, named(name));
    else if ((route.query.required ?? []).includes(name))
      search.set(name, REFERENCES[name] === undefined ? String(valueOfSchema(schema)) : named(name));
  }
  const plain = route.body === undefined ? undefined : (body ?? valueOfSchema(route.body as JsonSchema));
  const pointing = pointer?.part === "body" ? { ...(plain as object), [pointer.name]: "?" } : plain;
  requests += 1;
  return {
    method: route.method,
    path: search.size === 0 ? path : `${path}?${search}`,
    body: withNames(pointing, named),
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

/** The owner's own request, about what the route is for. */
export const ownRequest = (route: ApiRoute, names: Names): Sent =>
  sentTo(route, names.own, { made: RECIPES[route.operation]?.own ?? {} });
