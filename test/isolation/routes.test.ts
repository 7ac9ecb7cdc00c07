import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PERMISSIONS, type Permission } from "../../src/core/access/permission.ts";
import { BUILT_IN_ROLES, ROLE_PERMISSIONS } from "../../src/core/access/role.ts";
import type { ApiRoute } from "../../src/server/api/api-route.ts";
import { apiResources } from "../../src/server/api/resources.ts";
import { type Answered, ApiServer, apiParts, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { populateWorld, type World } from "../support/world.ts";
import { isOwn, type Names, namesOf, type Place, renameOthers } from "./route-references.ts";
import { ownRequest, type Sent, sentTo } from "./route-requests.ts";
import { routeName, routeTable } from "./route-table.ts";
import type { Row, Rows } from "./ties.ts";
import { loadRows, rowsDigest } from "./world-rows.ts";

/** Somebody who asks. */
interface Role {
  readonly name: string;
  readonly tenant: 0 | 1;
  readonly party: "second" | "customer" | null;
  readonly permissions: readonly Permission[];
}

const operators = BUILT_IN_ROLES.map(
  (name): Role => ({
    ...{ name, tenant: 0, party: null, permissions: ROLE_PERMISSIONS[name] },
  }),
);
const ROLES: readonly Role[] = [
  ...operators,
  { name: "custom", tenant: 0, party: null, permissions: ["accounts:read"] },
  { name: "reseller", tenant: 0, party: "second", permissions: PERMISSIONS },
  { name: "customer", tenant: 0, party: "customer", permissions: PERMISSIONS },
  { name: "other operator", tenant: 1, party: null, permissions: PERMISSIONS },
];
/** Of whom there is something that they must not see: all but the first operator's own people. */
const STRANGERS = ROLES.filter(({ party, tenant }) => party !== null || tenant === 1);

let db: TestDatabase;
let world: World;
let server: ApiServer;
let routes: readonly ApiRoute[];
let rows: Rows;
const table = routeTable();
const callers = new Map<string, Caller>();

beforeAll(async () => {
  db = await testDatabase();
  world = await populateWorld(db);
  await renameOthers(db, world.tenants[1].tenantId);
  rows = await loadRows(db);
  routes = apiResources(apiParts(db));
  server = await ApiServer.start(db, routes, { before: [table.plugin] });
  for (const { name, tenant, party, permissions } of ROLES) {
    const { tenantId, accounts } = world.tenants[tenant];
    const accountId = party === null ? null : accounts[party].id;
    callers.set(name, server.caller(name, tenantId, { accountId, permissions }));
  }
});
afterAll(async () => {
  process.stdout.write(`\n${shownTable()}\n`);
  await server?.close();
  await db?.drop();
});

const callerOf = ({ name }: Role): Caller => callers.get(name) as Caller;
const placeOf = ({ tenant, party }: Role): Place => ({ tenant: world.tenants[tenant], party });
/** The things of the first operator that somebody must not see. */
const namesFor = (role: Role): Names => namesOf(placeOf(role), world.tenants[0], rows);

/** What the table shows: by route and role. */
const cells = new Map<string, Map<string, string>>();
function note(route: ApiRoute, role: string, text: string): void {
  const line = cells.get(routeName(route)) ?? new Map<string, string>();
  line.set(role, [line.get(role), text].filter(Boolean).join(" "));
  cells.set(routeName(route), line);
}

function shownTable(): string {
  const names = ["nobody", ...ROLES.map(({ name }) => name)];
  const line = (first: string, others: readonly string[]) =>
    `${first.padEnd(52)}${others.map((text) => text.padStart(15)).join("")}`;
  const lines = [...cells].map(([name, found]) =>
    line(
      name,
      names.map((role) => found.get(role) ?? "-"),
    ),
  );
  const about = "Routes by roles: the answer to one's own (in brackets: how many), then to a stranger's.";
  return [about, line("route", names), ...lines].join("\n");
}

const send = async (caller: Caller, { method, path, body, headers }: Sent): Promise<Answered> =>
  await caller.send(method, path, { ...(body !== undefined && { body }), headers });

/** What an answer says, but for the names that were asked for and those of the request. */
function said({ status, text, headers }: Answered, names: readonly string[]): string {
  const neutral = names.reduce((rest, name) => rest.replaceAll(name, "<name>"), text);
  return `${status} ${headers.get("content-type")} ${neutral.replaceAll(/"requestId":"[^"]*"/g, "")}`;
}

const codeOf = ({ body }: Answered): string => (body as { code?: string } | undefined)?.code ?? "";

describe("the walk", () => {
  test("knows every route of the server", () => {
    const known = new Set(routes.map(routeName));
    const unknown = table.routes.filter((route) => !known.has(routeName(route)) && !isOpen(route));
    expect(unknown.map(routeName)).toEqual([]);
  });
});

/** What everybody may see: whether the server works, and the description of the API. */
const isOpen = ({ url }: { readonly url: string }): boolean =>
  /^(\/healthz|\/readyz|\/v1\/openapi\.json|\/v1\/reference(\/.*)?)$/.test(url);

test("nobody is let in without credentials, whatever they ask for", async () => {
  for (const route of routes.filter(({ admits }) => admits !== "public")) {
    const answer = await send(server.stranger(), sentTo(route, namesFor(ROLES[0] as Role).own));
    note(route, "nobody", String(answer.status));
    expect([routeName(route), answer.status, codeOf(answer)]).toEqual([routeName(route), 401, "not-signed-in"]);
  }
});

test("who has not the permission is told so, the same of everything", async () => {
  for (const role of ROLES)
    for (const route of routes.filter((one) => !maySend(role, one))) {
      const names = namesFor(ROLES[0] as Role);
      const [one, another] = [
        await send(callerOf(role), sentTo(route, names.own)),
        await send(callerOf(role), sentTo(route, names.missing)),
      ];
      note(route, role.name, String(one.status));
      expect([routeName(route), role.name, one.status]).toEqual([routeName(route), role.name, 403]);
      expect(said(one, [])).toBe(said(another, []));
    }
});

const maySend = ({ permissions, party }: Role, { admits, isOperatorOnly = false }: ApiRoute): boolean =>
  admits === "public" ||
  admits === "signed-in" ||
  (permissions.includes(admits) && !(isOperatorOnly && party !== null));

describe("a stranger", () => {
  test.each(STRANGERS.map((role) => [role.name, role] as const))(
    "%s can't tell what is there from what is not, and changes nothing",
    async (name, role) => {
      const [place, names] = [placeOf(role), namesFor(role)];
      const { tenantId } = world.tenants[0];
      const theirs = (table: string, row: Row, now: Rows) =>
        row.tenant_id === tenantId && !isOwn(place, table, row, now);
      const before = await rowsDigest(db, theirs);
      for (const route of routes.filter((one) => maySend(role, one))) {
        const requests = [sentTo(route, names.strangers), sentTo(route, names.missing)];
        if (requests[0]?.names.length === 0) continue;
        const [one, another] = [
          await send(callerOf(role), requests[0] as Sent),
          await send(callerOf(role), requests[1] as Sent),
        ];
        note(route, name, `|${one.status}`);
        const asked = requests.flatMap((request) => request.names);
        expect([routeName(route), said(one, asked)]).toEqual([routeName(route), said(another, asked)]);
        if (route.url.includes("{")) expect([routeName(route), one.status]).toEqual([routeName(route), 404]);
      }
      expect(await rowsDigest(db, theirs)).toEqual(before);
    },
  );
});

describe("what is one's own", () => {
  test.each(ROLES.map((role) => [role.name, role] as const))(
    "%s reads it, and nothing of others",
    async (name, role) => {
      const [place, names] = [placeOf(role), namesOf(placeOf(role), world.tenants[role.tenant], rows)];
      const foreign = foreignIds(place);
      for (const route of routes.filter((one) => one.method === "GET" && maySend(role, one))) {
        const answer = await send(callerOf(role), sentTo(route, names.own));
        note(route, name, `${answer.status}${countIn(answer)}`);
        const found = [...answer.text.matchAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g)].map(([id]) => id);
        expect([routeName(route), found.filter((id) => foreign.has(id))]).toEqual([routeName(route), []]);
      }
    },
  );

  test("the owner gets something from every route, and may change what is theirs", async () => {
    const owner = ROLES[0] as Role;
    const names = namesOf(placeOf(owner), world.tenants[0], rows);
    const silent: string[] = [];
    for (const route of routes) {
      const answer = await ownRequest(route, names, (sent) => send(callerOf(owner), sent));
      if (route.method !== "GET") note(route, owner.name, String(answer.status));
      const isSomething = answer.status < 300 && (route.method !== "GET" || !/"items":\[\]/.test(answer.text));
      if (!isSomething) silent.push(`${routeName(route)}: ${answer.status} ${answer.text.slice(0, 300)}`);
    }
    expect(silent).toEqual([]);
  });
});

/** How many things a list shows: "(3)". */
function countIn({ body }: Answered): string {
  const items = (body as { items?: readonly unknown[] } | undefined)?.items;
  return items === undefined ? "" : `(${items.length})`;
}

/** Ids of all rows that somebody must not see. Those of tenants and accounts above are among them. */
function foreignIds(place: Place): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const [table, found] of rows)
    for (const row of found) if (typeof row.id === "string" && !isOwn(place, table, row, rows)) ids.add(row.id);
  return ids;
}
