import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROBLEMS } from "../../src/core/problem.ts";
import { apiResources } from "../../src/server/api/resources.ts";
import { ApiServer, apiParts } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { looseSchemas } from "./loose-schemas.ts";

let db: TestDatabase;
let server: ApiServer;
let document: Document;

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

beforeAll(async () => {
  db = await testDatabase();
  server = await ApiServer.start(db, apiResources(apiParts(db)));
  document = (await server.stranger().get("/v1/openapi.json")).body as Document;
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
});

const routes = () => apiResources(apiParts(db));

test("the document is one of OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate({ ...document });
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
});

/** What was before and after a change is of every kind of thing that there is: JSON as it was stored. */
const OF_ANY_KIND = /^(listAuditEntries|getAuditEntry) answer(\/items\[\])?\/(before|after)\//;

test("no schema of a route is left without its bounds", () => {
  const loose = routes().flatMap(({ operation, params, query, body, answer }) =>
    Object.entries({ params, query, body, answer }).flatMap(([part, schema]) =>
      looseSchemas(schema, `${operation} ${part}`),
    ),
  );
  expect(loose.filter((place) => !OF_ANY_KIND.test(place))).toEqual([]);
});

describe("the document", () => {
  test("has every route, under a name of its own", () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const names = operations.map(({ operationId }) => operationId);
    for (const { operation } of routes()) expect(names).toContain(operation);
    expect(new Set(names).size).toBe(names.length);
    for (const { tags, summary } of operations) expect([tags.length, summary.length > 3]).toEqual([1, true]);
  });

  test("names each problem that a route answers under its status", () => {
    for (const { method, url, problems = [] } of routes()) {
      const operation = document.paths[url]?.[method.toLowerCase()];
      for (const code of problems) expect(operation?.responses[PROBLEMS[code]]?.description).toContain(`\`${code}\``);
    }
  });

  test("parameters in addresses are those that the schemas describe", () => {
    for (const { url, params, operation } of routes()) {
      const named = [...url.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(params.properties), operation).toEqual(named);
    }
  });
});
