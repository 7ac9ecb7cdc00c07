import fc from "fast-check";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BuiltInRole, ROLE_PERMISSIONS } from "../../src/core/access/role.ts";
import type { ApiRoute } from "../../src/server/api/api-route.ts";
import { apiResources } from "../../src/server/api/resources.ts";
import { type Answered, ApiServer, apiParts, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { populateWorld, type WorldTenant } from "../support/world.ts";
import { anyHostile, valuesOf } from "./values-of.ts";

/** The same requests in every run. */
const SEED = 20_261_122;
const VALID_EACH = 2;
const HOSTILE_EACH = 4;

type Responses = Readonly<Record<string, { readonly description: string }>>;
type Document = { readonly paths: Record<string, Record<string, { readonly responses: Responses }>> };
interface Sent {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body?: unknown;
}

let db: TestDatabase;
let server: ApiServer;
let document: Document;
let tenant: WorldTenant;
let callers: Readonly<Record<string, Caller>>;
let routes: readonly ApiRoute[];
let stored: Readonly<Record<string, readonly string[]>>;

beforeAll(async () => {
  db = await testDatabase();
  [tenant] = (await populateWorld(db)).tenants;
  routes = apiResources(apiParts(db));
  server = await ApiServer.start(db, routes);
  const { tenantId, accounts } = tenant;
  const role = (name: BuiltInRole) => server.caller(name, tenantId, { permissions: ROLE_PERMISSIONS[name] });
  callers = {
    owner: role("owner"),
    "read-only": role("read-only"),
    reseller: server.caller("reseller", tenantId, { accountId: accounts.top.id }),
    customer: server.caller("customer", tenantId, { accountId: accounts.customer.id }),
    stranger: server.stranger(),
  };
  document = (await server.stranger().get("/v1/openapi.json")).body as Document;
  stored = await storedNames();
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
});

/** What there is, by the names that fields have for it: so that valid requests find something. */
async function storedNames(): Promise<Record<string, readonly string[]>> {
  const owner = callers.owner as Caller;
  const of = async (path: string, field: string) =>
    ((await owner.get(path)).body as { items?: Record<string, string>[] }).items?.flatMap(
      (item) => item[field] ?? [],
    ) ?? [];
  const [account, tariff] = [await of("/v1/accounts", "code"), await of("/v1/tariffs", "name")];
  return {
    ...{ account, parent: account, seller: account, tariff, source: await of("/v1/sources", "name") },
    call: await of("/v1/calls?from=2026-03-01&to=2026-04-01", "id"),
    invoice: await of("/v1/invoices", "number"),
    row: await of("/v1/quarantine", "id"),
    event: await of("/v1/events", "id"),
    webhook: await of("/v1/webhooks", "id"),
  };
}

const known = (field: string): readonly string[] => stored[field] ?? [];

/** Requests to a route: some that its schemas allow, and some where one part of those is broken. */
function requestsTo({ params, query, body }: ApiRoute): readonly Sent[] {
  const parts = { params: valuesOf(params, known), query: valuesOf(query, known) };
  const valid = fc.record<Record<string, unknown>>(
    body === undefined ? parts : { ...parts, body: valuesOf(body, known) },
  ) as unknown as fc.Arbitrary<Sent>;
  const broken = fc.tuple(valid, fc.constantFrom("params", "query", "body"), anyHostile, fc.nat()).map(breakOne);
  return [
    ...fc.sample(valid, { seed: SEED, numRuns: VALID_EACH }),
    ...fc.sample(broken, { seed: SEED, numRuns: HOSTILE_EACH }),
  ];
}

function breakOne([sent, part, value, place]: [Sent, string, unknown, number]): Sent {
  const whole = sent[part as keyof Sent];
  if (typeof whole !== "object" || whole === null) return { ...sent, body: value };
  const fields = Object.keys(whole);
  if (part === "params" && fields.length === 0) return { ...sent, query: { ...sent.query, unknown: value } };
  const field =
    fields.length === 0 || (place % 7 === 0 && part !== "params") ? "surplus" : fields[place % fields.length];
  return { ...sent, [part]: { ...whole, [field as string]: value } };
}

const textIn = (value: unknown): string => (typeof value === "string" ? value.toWellFormed() : JSON.stringify(value));

function addressOf({ url }: ApiRoute, { params, query }: Sent): string {
  const path = url.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(textIn(params[name])) || "%20");
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, textIn(value)]]));
  const search = new URLSearchParams(pairs as [string, string][]).toString();
  return search === "" ? path : `${path}?${search}`;
}

/** What is wrong with an answer, by the document; nothing, most of the time. */
function faultsOf({ method, url, answer, status }: ApiRoute, answered: Answered): string[] {
  const responses = document.paths[url]?.[method.toLowerCase()]?.responses ?? {};
  const documented = responses[answered.status];
  if (documented === undefined)
    return [`status ${answered.status} is not in the document: ${answered.text.slice(0, 200)}`];
  if (answered.status >= 400) {
    const { code } = answered.body as { code: string };
    return documented.description.includes(`\`${code}\``) ? [] : [`problem ${code} is not in the document`];
  }
  const isJson = answer !== null && !("contentTypes" in answer) && answered.status === (status ?? 200);
  if (!isJson) return [];
  return [...Value.Errors(answer as TSchema, answered.body)].map(
    ({ instancePath, message }) => `the answer's ${instancePath} ${message}`,
  );
}

test("whatever is sent to whichever route, by whomever, the answer is one that the document tells of", async () => {
  const faults = new Map<string, string>();
  const tally: Record<string, number> = {};
  for (const route of routes) {
    const requests = requestsTo(route);
    for (const [role, caller] of Object.entries(callers)) {
      for (const [index, sent] of (role === "stranger" ? requests.slice(-1) : requests).entries()) {
        const address = addressOf(route, sent);
        const headers = { "idempotency-key": `${role}-${route.operation}-${index}`, "if-match": "*" };
        const answered = await caller.send(route.method, address, {
          headers,
          ...(sent.body !== undefined &&
            route.method !== "GET" && {
              body: typeof sent.body === "string" ? JSON.stringify(sent.body) : sent.body,
            }),
        });
        const kind = `${Math.floor(answered.status / 100)}xx`;
        tally[kind] = (tally[kind] ?? 0) + 1;
        for (const fault of faultsOf(route, answered))
          faults.set(`${route.operation}: ${fault}`, `${role}: ${address.slice(0, 200)} ${JSON.stringify(sent.body)}`);
      }
    }
  }
  process.stdout.write(`${routes.length} routes, answers: ${JSON.stringify(tally)}\n`);
  expect(Object.fromEntries(faults)).toEqual({});
});
