import type { Currency } from "../src/core/money/currency.ts";
import { epochMs } from "../src/core/time/epoch.ts";
import type { DeckArrival } from "../src/server/tariff/import-deck.ts";
import { testerOf } from "../test/support/actor.ts";

/** A whole deck of tariff "carrier", published whatever it changes. */
export function arrivalOf(tenantId: string, bytes: Uint8Array): DeckArrival {
  return {
    tenant: { id: tenantId, currency: "EUR" as Currency, timeZone: "UTC" },
    tariffName: "carrier",
    create: {},
    file: { name: "carrier.csv", bytes },
    settings: {
      template: {},
      mode: "full",
      pastDates: "as-given",
      missingClosedAt: null,
      rules: { jumpPercentMax: 20, noticeDays: { increase: 7 } },
      costTariff: null,
    },
    receivedAt: null,
    now: epochMs(Date.UTC(2026, 2, 1)),
    actor: testerOf(tenantId),
    ...{ dryRun: false, publish: true, acceptFindings: true },
  };
}
