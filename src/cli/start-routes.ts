import { availableParallelism } from "node:os";
import { AddressLists } from "../server/access/address-lists.ts";
import { apiRoutes } from "../server/api/api-routes.ts";
import { openApiRoutes } from "../server/api/openapi-routes.ts";
import { apiResources } from "../server/api/resources.ts";
import { ArchivedRows } from "../server/archive/archived-rows.ts";
import { AccountCharging } from "../server/charging/account-charging.ts";
import { accountRoutes } from "../server/charging/account-routes.ts";
import type { Charging } from "../server/charging/charging.ts";
import { chargingRoutes } from "../server/charging/routes.ts";
import { totalsRoutes } from "../server/completeness/routes.ts";
import { cutRoutes } from "../server/cuts/routes.ts";
import type { Database } from "../server/db/database.ts";
import { impersonating } from "../server/impersonation/impersonating.ts";
import { createPdfPrinter } from "../server/invoicing/render-pdf.ts";
import { keyAuthenticator } from "../server/keys/authenticate-key.ts";
import type { PushReceiver } from "../server/mediation/receive-push.ts";
import { mediationRoutes } from "../server/mediation/routes.ts";
import type { Metrics } from "../server/metrics/metrics.ts";
import { linkUrlOf } from "../server/people/people.ts";
import { sessionAuthenticator } from "../server/people/session-authenticator.ts";
import { xmlCurlRoutes } from "../server/switches/xml-curl-routes.ts";
import type { CommandContext } from "./command.ts";
import { outgoingOf } from "./outgoing-of.ts";
import type { PortParts } from "./start-ports.ts";

interface RouteParts {
  readonly db: Database;
  readonly receiver: PushReceiver;
  readonly charging: Charging;
  readonly metrics: Metrics;
}

/**
 * Everything that is answered over HTTP: what switches ask, and the API. The document of the API stands first, because
 * it tells of the routes that come after it.
 */
export function startRoutes(
  context: Pick<CommandContext, "config">,
  { db, receiver, charging, metrics }: RouteParts,
): { readonly routes: PortParts["routes"]; close(): Promise<void> } {
  const { config } = context;
  const archive = new ArchivedRows(config.archiveDir);
  const printer = createPdfPrinter({ threads: availableParallelism() });
  const lists = new AddressLists(db);
  const { publicUrl, secretsKeyFile } = config;
  const people = { db, lists, publicUrl, linkUrl: linkUrlOf(config), secretsKeyFile };
  const routes = [
    openApiRoutes,
    mediationRoutes(db, receiver),
    totalsRoutes(db),
    chargingRoutes(db, charging.metered(metrics.chargingOver("http"))),
    accountRoutes(db, new AccountCharging(db, charging)),
    cutRoutes(db),
    xmlCurlRoutes(db, charging.metered(metrics.chargingOver("xml-curl"))),
    apiRoutes({
      db,
      authenticators: [keyAuthenticator(db, lists), sessionAuthenticator(people)].map((one) => impersonating(db, one)),
      requestsPerMinute: config.httpRequestsPerMinute,
      routes: apiResources({ db, archive, printer, webhooks: outgoingOf(context), people }),
    }),
  ];
  const close = async () => {
    await Promise.all([archive.close(), printer.close()]);
  };
  return { routes, close };
}
