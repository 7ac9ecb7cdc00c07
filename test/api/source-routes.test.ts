import { Validator } from "@seriousme/openapi-schema-validator";
import pino from "pino";
import { expect, test } from "vitest";
import { openApiRoutes } from "../../src/server/api/openapi-routes.ts";
import { SOURCE_ROUTES } from "../../src/server/api/source-routes-told.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { accountRoutes } from "../../src/server/charging/account-routes.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { chargingRoutes } from "../../src/server/charging/routes.ts";
import { totalsRoutes } from "../../src/server/completeness/routes.ts";
import { cutRoutes } from "../../src/server/cuts/routes.ts";
import { startHttp } from "../../src/server/http/http-server.ts";
import { PushReceiver } from "../../src/server/mediation/receive-push.ts";
import { mediationRoutes } from "../../src/server/mediation/routes.ts";
import { xmlCurlRoutes } from "../../src/server/switches/xml-curl-routes.ts";
import { testDatabase } from "../support/database.ts";

type Document = {
  readonly paths: Record<string, Record<string, { tags: string[]; security: object[]; responses: object }>>;
};

test("the document has every route that switches use, with its token and its problems", async () => {
  const db = await testDatabase();
  const charging = new Charging(db);
  const routes = [
    ...[openApiRoutes, mediationRoutes(db, new PushReceiver(db)), totalsRoutes(db), chargingRoutes(db, charging)],
    ...[accountRoutes(db, new AccountCharging(db, charging)), cutRoutes(db), xmlCurlRoutes(db, charging)],
  ];
  const http = await startHttp({ host: "127.0.0.1", port: 0, db, log: pino({ level: "silent" }), routes });
  try {
    const document = (await (await fetch(`${http.url}/v1/openapi.json`)).json()) as Document;
    const told = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace("/v1/sources/{source}/", "")}`),
    );
    expect(told.toSorted()).toEqual(Object.keys(SOURCE_ROUTES).toSorted());
    for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      expect(operation).toMatchObject({ tags: ["Switches"], security: [{ sourceToken: [] }] });
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["200", "400", "401", "413", "503"]));
    }
    const { valid, errors } = await new Validator().validate({ ...document });
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  } finally {
    await http.close();
    await db.drop();
  }
});
