import { addressListRoutes } from "../access/address-list-routes.ts";
import type { ArchivedRows } from "../archive/archived-rows.ts";
import { sessionRoutes } from "../charging/session-routes.ts";
import type { Database } from "../db/database.ts";
import { eventRoutes } from "../events/routes.ts";
import { impersonationRoutes } from "../impersonation/routes.ts";
import { invoiceRoutes } from "../invoicing/invoice-routes.ts";
import type { PdfPrinter } from "../invoicing/render-pdf.ts";
import { keyRoutes } from "../keys/routes.ts";
import { accountRoutes } from "../ledger/account-routes.ts";
import { quarantineRoutes } from "../mediation/quarantine-routes.ts";
import { sourceRoutes } from "../mediation/source-routes.ts";
import type { People } from "../people/people.ts";
import { peopleRoutes } from "../people/routes.ts";
import { callRoutes } from "../search/call-routes.ts";
import { tariffRoutes } from "../tariff/tariff-routes.ts";
import { setupRoutes } from "../tenancy/setup-routes.ts";
import type { WebhookSurroundings } from "../webhooks/create-webhook.ts";
import { deliveryRoutes } from "../webhooks/delivery-routes.ts";
import { webhookRoutes } from "../webhooks/routes.ts";
import type { ApiRoute } from "./api-route.ts";

/** What the routes of the API need beside what each request brings. */
export interface ApiParts {
  readonly db: Database;
  readonly archive: ArchivedRows | null;
  readonly printer: PdfPrinter;
  readonly webhooks: WebhookSurroundings;
  readonly people: People;
}

/** Every route of the API, by room. */
export const apiResources = ({ db, archive, printer, webhooks, people }: ApiParts): readonly ApiRoute[] => [
  ...accountRoutes(db),
  ...callRoutes(db, archive),
  ...tariffRoutes,
  ...invoiceRoutes(printer),
  ...sourceRoutes,
  ...quarantineRoutes,
  ...sessionRoutes,
  ...setupRoutes(db),
  ...peopleRoutes(people),
  ...keyRoutes(),
  ...addressListRoutes(),
  ...impersonationRoutes(),
  ...eventRoutes(),
  ...webhookRoutes(webhooks),
  ...deliveryRoutes(),
];
