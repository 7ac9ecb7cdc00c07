import { addressListRoutes } from "../access/address-list-routes.ts";
import { archiveRoutes } from "../archive/archive-routes.ts";
import type { ArchivedRows } from "../archive/archived-rows.ts";
import { auditRoutes } from "../audit/routes.ts";
import { sessionRoutes } from "../charging/session-routes.ts";
import { commissionRoutes } from "../commission/commission-routes.ts";
import { alarmRoutes } from "../completeness/alarm-routes.ts";
import type { Database } from "../db/database.ts";
import { eventRoutes } from "../events/routes.ts";
import { impersonationRoutes } from "../impersonation/routes.ts";
import { billRoutes } from "../invoicing/bill-routes.ts";
import { invoiceRoutes } from "../invoicing/invoice-routes.ts";
import { paymentRoutes } from "../invoicing/payment-routes.ts";
import type { PdfPrinter } from "../invoicing/render-pdf.ts";
import { keyRoutes } from "../keys/routes.ts";
import { accountRoutes } from "../ledger/account-routes.ts";
import { pushTokenRoutes } from "../mediation/push-token-routes.ts";
import { quarantineRoutes } from "../mediation/quarantine-routes.ts";
import { sourceRoutes } from "../mediation/source-routes.ts";
import { operationRoutes } from "../operations/operation-routes.ts";
import type { People } from "../people/people.ts";
import { peopleRoutes } from "../people/routes.ts";
import { exchangeRateRoutes } from "../rating/exchange-rate-routes.ts";
import { priceRoutes } from "../rating/price-routes.ts";
import { reportRoutes } from "../reports/report-routes.ts";
import { callRoutes } from "../search/call-routes.ts";
import { sipUserRoutes } from "../sip-users/sip-user-routes.ts";
import { tariffRoutes } from "../tariff/tariff-routes.ts";
import { moveRoutes } from "../tenancy/move-routes.ts";
import { setupRoutes } from "../tenancy/setup-routes.ts";
import { trunkRoutes } from "../tenancy/trunk-routes.ts";
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
  ...moveRoutes,
  ...callRoutes(db, archive),
  ...tariffRoutes,
  ...priceRoutes,
  ...billRoutes,
  ...operationRoutes,
  ...invoiceRoutes(printer),
  ...paymentRoutes(),
  ...commissionRoutes(),
  ...reportRoutes(),
  ...sourceRoutes,
  ...pushTokenRoutes,
  ...alarmRoutes,
  ...trunkRoutes,
  ...exchangeRateRoutes,
  ...sipUserRoutes(webhooks.secretsKeyFile),
  ...archiveRoutes,
  ...quarantineRoutes,
  ...sessionRoutes,
  ...setupRoutes(db),
  ...peopleRoutes(people),
  ...keyRoutes(),
  ...addressListRoutes(),
  ...impersonationRoutes(),
  ...eventRoutes(),
  ...auditRoutes(db, webhooks.secretsKeyFile),
  ...webhookRoutes(webhooks),
  ...deliveryRoutes(),
];
