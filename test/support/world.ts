import { parseMonth } from "../../src/core/invoicing/billing-period.ts";
import { runBill } from "../../src/server/invoicing/run-bill.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { COLUMNS, callRows } from "../invoicing/billing.ts";
import { testerOf } from "./actor.ts";
import type { TestDatabase } from "./database.ts";
import { fillTables } from "./fill-tables.ts";
import { anyRate, Operator } from "./operator.ts";
import { pay } from "./prepaid-customer.ts";

/** Who is in each of the world's tenants, by code. `parent`: whose; none: the operator's own. */
const PARTIES = {
  top: { kind: "reseller" },
  second: { kind: "reseller", parent: "top" },
  customer: { kind: "customer", parent: "second" },
  /** In the same book as the second reseller, and no business of its. */
  sibling: { kind: "reseller", parent: "top" },
  "sibling-customer": { kind: "customer", parent: "sibling" },
  /** Beside the top reseller, with a book of its own. */
  direct: { kind: "customer" },
  vendor: { kind: "vendor" },
} as const satisfies Record<string, { kind: StoredAccount["kind"]; parent?: string }>;

export type WorldParty = keyof typeof PARTIES;

/** What each party pays a minute; what a vendor gets. */
const PRICES = {
  ...{ vendor: "0.01", top: "0.02", second: "0.03", customer: "0.05" },
  ...{ sibling: "0.035", "sibling-customer": "0.06", direct: "0.04" },
} as const satisfies Record<WorldParty, string>;

const CALLERS = ["customer", "sibling-customer", "direct"] as const;

/** One operator's business, with something in every table that there is. */
export interface WorldTenant {
  readonly operator: Operator;
  readonly tenantId: string;
  readonly accounts: Readonly<Record<WorldParty, StoredAccount>>;
  readonly source: Source;
}

export interface World {
  readonly tenants: readonly [WorldTenant, WorldTenant];
}

/**
 * Two operators with a tree of three levels each, alike to the row: parties, prices, calls, charges, ledger, top-ups
 * and invoices are made by the use cases; tables that these leave empty are filled from the catalogue.
 */
export async function populateWorld(db: TestDatabase): Promise<World> {
  const tenants = [await populateTenant(db), await populateTenant(db)] as const;
  await fillTables(db, tenants);
  return { tenants };
}

async function populateTenant(db: TestDatabase): Promise<WorldTenant> {
  const operator = await Operator.create(db);
  const accounts = {} as Record<WorldParty, StoredAccount>;
  for (const [code, party] of Object.entries(PARTIES) as [WorldParty, { kind: "reseller"; parent?: WorldParty }][]) {
    const parent = party.parent && accounts[party.parent];
    const place = parent ? { parentId: parent.id, bookId: parent.bookId } : {};
    const payment = code === "sibling-customer" ? "prepaid" : "postpaid";
    accounts[code] = await operator.account(code, { kind: party.kind, payment, ...place });
    await operator.tariff(`what ${code} buys at`, [anyRate("49", PRICES[code])], [accounts[code]]);
  }
  await operator.rules(CALLERS.map((code) => [accounts[code], { match: { accountCode: code } }]));
  await operator.trunk("carrier", accounts.vendor, "egress");
  const source = await operator.source("switch", "freeswitch-csv", { mapping: { columns: COLUMNS } });
  const { tenantId } = operator;
  await pay(operator, "10", { code: "sibling-customer", reference: "PAY-1" });
  const calls = CALLERS.map((code) => ({ code, answered: "2026-03-02T10:00:00", talkedS: 90 }));
  await operator.importText(source, "calls.csv", callRows(calls));
  await runBill(db, {
    ...{ tenantId, accountCodes: [], actor: testerOf(tenantId), now: Temporal.Instant.from("2026-04-02T08:00:00Z") },
    period: parseMonth("2026-03") ?? null,
  });
  // Invoices with a logo, as if a letterhead had one.
  await db.transaction("owner", {}, (tx) =>
    tx.query("update invoices set logo_sha256 = 'logo' where tenant_id = $1", [tenantId]),
  );
  return { operator, tenantId, accounts, source };
}

/** Ids of an account and all that stand below it. */
export function subtreeOf({ accounts }: WorldTenant, party: WorldParty): ReadonlySet<unknown> {
  const isBelow = (code: WorldParty): boolean => {
    const stated = PARTIES[code];
    return code === party || ("parent" in stated && isBelow(stated.parent));
  };
  const codes = Object.keys(PARTIES) as WorldParty[];
  return new Set(codes.filter(isBelow).map((code) => accounts[code].id));
}
