import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PERMISSIONS, type Permission } from "../../src/core/access/permission.ts";
import { BUILT_IN_ROLES, ROLE_PERMISSIONS } from "../../src/core/access/role.ts";
import type { ApiRoute } from "../../src/server/api/api-route.ts";
import { apiResources } from "../../src/server/api/resources.ts";
import { type Answered, ApiServer, apiParts, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { populateWorld, type World } from "../support/world.ts";
import { isOwn, type Names, namesOf, type Place, renameOthers } from "./route-references.ts";
import { NEEDS_MORE, ownRequest, requestsTo, type Sent, sentTo } from "./route-requests.ts";
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
let allRoutes: readonly ApiRoute[];
/** Those that the walk knows how to ask, and what is missing for the others. */
let routes: readonly ApiRoute[];
const unwalked: string[] = [];
let rows: Rows;
const table = routeTable();
const callers = new Map<string, Caller>();

beforeAll(async () => {
  db = await testDatabase();
  world = await populateWorld(db);
  await renameOthers(db, world.tenants[1].tenantId);
  await finish(world.tenants[0].tenantId);
  rows = await loadRows(db);
  allRoutes = apiResources(apiParts(db));
  routes = allRoutes.filter(canBeAsked);
  server = await ApiServer.start(db, allRoutes, { before: [table.plugin] });
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

/** What the made-up rows of the world lack to be of use: a logo that is none, sessions that are over. */
const finish = (tenantId: string) =>
  db.transaction("owner", {}, async (tx) => {
    await tx.query("update tenants set name = 'Walked' where id = $1", [tenantId]);
    await tx.query("update webhooks set url = 'https://93.184.216.34/hooks'");
    await tx.query("update invoices set logo_sha256 = null");
    await tx.query("update user_sessions set stage = 'full', expires_at = now() + interval '1 day', idle_s = 86400");
  });

function canBeAsked(route: ApiRoute): boolean {
  try {
    requestsTo(route, namesFor(ROLES[0] as Role).missing);
    return true;
  } catch (error) {
    unwalked.push(`${routeName(route)}: ${(error as Error).message}`);
    return false;
  }
}

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
  return `${status} ${headers.get("content-type")} ${neutral.replaceAll(/"(requestId|searchedTo)":"[^"]*"/g, "")}`;
}

const codeOf = ({ body }: Answered): string => (body as { code?: string } | undefined)?.code ?? "";

describe("the walk", () => {
  test("knows every route of the server", () => {
    expect(unwalked).toEqual([]);
    const known = new Set(allRoutes.map(routeName));
    const unknown = table.routes.filter((route) => !known.has(routeName(route)) && !isOpen(route));
    expect(unknown.map(routeName)).toEqual([]);
  });
});

/** What everybody may see: whether the server works, and the description of the API. */
const isOpen = ({ url }: { readonly url: string }): boolean =>
  /^(\/healthz|\/readyz|\/v1\/openapi\.json|\/v1\/reference(\/.*)?)$/.test(url);

test("nobody is let in without credentials, whatever they ask for", async () => {
  const letIn: string[] = [];
  for (const route of routes.filter(({ admits }) => admits !== "public")) {
    const answer = await send(server.stranger(), sentTo(route, namesFor(ROLES[0] as Role).own));
    note(route, "nobody", String(answer.status));
    if (answer.status !== 401 || codeOf(answer) !== "not-signed-in") letIn.push(`${routeName(route)}: ${answer.text}`);
  }
  expect(letIn).toEqual([]);
});

test("who has not the permission is told so, the same of everything", async () => {
  const told: string[] = [];
  for (const role of ROLES)
    for (const route of routes.filter((one) => !maySend(role, one))) {
      const names = namesFor(ROLES[0] as Role);
      const [one, another] = [
        await send(callerOf(role), sentTo(route, names.own)),
        await send(callerOf(role), sentTo(route, names.missing)),
      ];
      note(route, role.name, String(one.status));
      if (one.status !== 403 || said(one, []) !== said(another, []))
        told.push(`${role.name} ${routeName(route)}: ${one.text}`);
    }
  expect(told).toEqual([]);
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
      const told: string[] = [];
      for (const route of routes.filter((one) => maySend(role, one))) {
        const [theirOnes, missing] = [requestsTo(route, names.strangers), requestsTo(route, names.missing)];
        for (const [index, sent] of theirOnes.entries()) {
          const none = missing[index] as Sent;
          const [one, another] = [await send(callerOf(role), sent), await send(callerOf(role), none)];
          if (index === 0) note(route, name, `|${one.status}`);
          const asked = [...sent.names, ...none.names];
          const where = `${sent.method} ${sent.path} ${JSON.stringify(sent.body) ?? ""}`;
          if (said(one, asked) !== said(another, asked)) told.push(`${where}\n  ${one.text}\n  ${another.text}`);
          if (route.url.includes("{") && one.status < 400) told.push(`${where}: ${one.text}`);
        }
      }
      expect(told).toEqual([]);
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
      const leaks: string[] = [];
      for (const route of routes.filter((one) => one.method === "GET" && maySend(role, one))) {
        const answer = await send(callerOf(role), sentTo(route, names.own));
        note(route, name, `${answer.status}${countIn(answer)}`);
        const found = [...answer.text.matchAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g)].map(([id]) => id);
        leaks.push(...found.filter((id) => foreign.has(id)).map((id) => `${routeName(route)}: ${id}`));
      }
      expect(leaks).toEqual([]);
    },
  );

  test("the owner gets something from every route, and may change what is theirs", async () => {
    const owner = ROLES[0] as Role;
    const names = namesOf(placeOf(owner), world.tenants[0], rows);
    const silent: string[] = [];
    const asked = routes.filter((one) => !NEEDS_MORE.has(one.operation));
    // What is removed is gone for the others: that comes last.
    for (const route of asked.toSorted((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"))) {
      const answer = await send(callerOf(owner), ownRequest(route, names));
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
  const [own, ids] = [new Set<string>(), new Set<string>()];
  for (const [name, found] of rows)
    for (const row of found) if (typeof row.id === "string") (isOwn(place, name, row, rows) ? own : ids).add(row.id);
  return ids.difference(own); // a call and its identity have one id, and identities are nobody's to see
}
