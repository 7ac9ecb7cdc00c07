import { afterAll, beforeAll, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import type { BillingPeriod } from "../../src/core/invoicing/billing-period.ts";
import { nanosToSql } from "../../src/core/money/nanos.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { showInvoice } from "../../src/server/invoicing/export-invoice.ts";
import { loadDocument } from "../../src/server/invoicing/invoice-store.ts";
import { runBill } from "../../src/server/invoicing/run-bill.ts";
import { saveTenant } from "../../src/server/tenancy/store.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { EUR } from "../support/operator.ts";
import { SellingChain } from "./chain-world.ts";

let db: TestDatabase;
let chain: SellingChain;

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><rect width="30" height="10"/></svg>';

beforeAll(async () => {
  db = await testDatabase();
  chain = await SellingChain.create(db, { code: "vendor", perMinute: "0.010", increments: "60/60" }, [
    { code: "first", perMinute: "0.020", increments: "60/60", fields: { name: "Première SARL" } },
    {
      ...{ code: "second", perMinute: "0.030", increments: "60/60" },
      fields: {
        name: "Seconde SA",
        letterhead: { lines: ["1 quai du Port", "13002 Marseille"], taxId: "FR 40 303 265 045", locale: "en" },
        brand: {
          ...{ name: "Allô Seconde", logoSvg: LOGO, accentColor: "#aa2211", locale: "fr", domain: "allo.example" },
          paymentDetails: ["IBAN: FR76 3000 6000 0112 3456 7890 189"],
          billing: { numbers: "AS-{number:4}", termDays: 30 },
        },
      },
    },
    { code: "customer", perMinute: "0.050", increments: "60/60", fields: { name: "Boulangerie Rose" } },
  ]);
  await db.transaction("owner", {}, (tx) =>
    saveTenant(tx, {
      ...{ id: chain.operator.tenantId, name: "Secret Telecom", currency: EUR, timeZone: "UTC" },
      ...{ emergencyNumbers: [], destinationGroups: [], lowBalance: [] },
      letterhead: {
        ...{ lines: ["Secret Telecom GmbH", "Hidden Lane 1"], paymentDetails: ["IBAN: DE00"], notes: ["Secret note"] },
        ...{ paper: "us-letter", accentColor: "#123456", taxId: "SECRET 1", logoSvg: `${LOGO}<!-- secret -->` },
        billing: { numbers: "SECRET-{year}-{number:5}", termDays: 10 },
      },
    }),
  );
});
afterAll(() => db?.drop());

/** Today and what was before it, as if it were over. */
async function bill() {
  const today = now().toZonedDateTimeISO("UTC").toPlainDate();
  const period: BillingPeriod = { startDate: today.subtract({ days: 3 }), endDate: today.add({ days: 1 }) };
  const run = { tenantId: chain.operator.tenantId, accountCodes: [], period, now: now().add({ hours: 48 }) };
  const { billed, parked } = await runBill(db, { ...run, actor: testerOf(run.tenantId) });
  expect(parked).toEqual([]);
  return billed.map(({ account, number, invoice }) => `${account.code} ${number} ${nanosToSql(invoice.total)}`);
}

const documentOf = async (number: string, sellerCode?: string) => {
  const { tenantId } = chain.operator;
  const invoice = await showInvoice(db, tenantId, number, sellerCode);
  return await db.transaction("app", { tenantId }, (tx) => loadDocument(tx, invoice));
};

test("each level bills the next: in its own series, under its own brand, and nobody sees who is above it", async () => {
  const year = now().add({ hours: 48 }).toZonedDateTimeISO("UTC").year;
  await chain.importCall("k1", 90);
  expect(await bill()).toEqual([
    "customer AS-0001 0.1",
    `first SECRET-${year}-00001 0.04`,
    `second first-${year}-00001 0.06`,
  ]);

  const toCustomer = await documentOf("AS-0001");
  expect(toCustomer).toMatchObject({
    ...{ language: "fr", title: "Facture", accentColor: "#aa2211", paper: "us-letter" },
    logo: { format: "svg", base64: Buffer.from(LOGO).toString("base64") },
    seller: {
      ...{ name: "Allô Seconde", lines: ["1 quai du Port", "13002 Marseille"] },
      facts: [{ value: "FR 40 303 265 045" }],
    },
    buyer: { name: "Boulangerie Rose" },
    payment: { rows: [{ value: "FR76 3000 6000 0112 3456 7890 189" }, { value: "AS-0001" }] },
  });
  expect(JSON.stringify(toCustomer)).not.toMatch(/secret|hidden|première|#123456/i);

  const toSecond = await documentOf(`first-${year}-00001`);
  expect(toSecond).toMatchObject({ language: "en", seller: { name: "Première SARL" }, buyer: { name: "Seconde SA" } });
  expect(toSecond.logo).toBeNull();
  expect(JSON.stringify(toSecond)).not.toMatch(/secret|hidden|#123456/i);
  expect(await documentOf(`SECRET-${year}-00001`)).toMatchObject({ seller: { name: "Secret Telecom" } });

  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("sellers may use one number: it is asked for with its seller", async () => {
  await chain.importCall("k2", 60);
  await db.transaction("owner", {}, (tx) =>
    tx.query("update invoices set number = 'X' where account_id in ($1, $2)", [chain.levels[1]?.id, chain.customer.id]),
  );
  await expect(documentOf("X")).rejects.toThrow(expect.objectContaining({ code: "invoice-ambiguous" }));
  expect(await documentOf("X", "second")).toMatchObject({ seller: { name: "Allô Seconde" } });
  expect(await documentOf("X", "first")).toMatchObject({ seller: { name: "Première SARL" } });
  await expect(documentOf("X", "customer")).rejects.toThrow(expect.objectContaining({ code: "invoice-unknown" }));
});
