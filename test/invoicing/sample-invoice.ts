import type { BillableItem, UsageItem } from "../../src/core/invoicing/billable-item.ts";
import { type BillingPeriod, parseMonth } from "../../src/core/invoicing/billing-period.ts";
import { buildInvoice, type InvoiceInput } from "../../src/core/invoicing/build-invoice.ts";
import type { Invoice } from "../../src/core/invoicing/invoice.ts";
import { INVOICE_ROUNDING_DEFAULT } from "../../src/core/invoicing/round-lines.ts";
import { type Currency, parseCurrency } from "../../src/core/money/currency.ts";
import { parseDecimal } from "../../src/core/money/decimal.ts";
import { NO_NANOS, nanos } from "../../src/core/money/nanos.ts";
import { ACCENT_COLOR_DEFAULT, type Letterhead, type PrintInput } from "../../src/server/invoicing/print-invoice.ts";

export const MARCH = parseMonth("2026-03") as BillingPeriod;
export const FEBRUARY = parseMonth("2026-02") as BillingPeriod;

// biome-ignore format: a list of names
const DESTINATIONS = [
  "Afghanistan", "Albania Mobile AMC", "Argentina Buenos Aires", "Australia Mobile", "Austria", "Austria Mobile",
  "Bangladesh Mobile Grameenphone", "Brazil Mobile", "Canada", "China Mobile", "Congo, Democratic Republic, Mobile",
  "Egypt Mobile", "France", "France Mobile Orange", "Germany", "Germany Mobile T-Mobile", "Greece", "India Mobile",
  "Italy Mobile TIM", "Japan", "Mexico Guadalajara", "Netherlands Mobile KPN", "Nigeria Mobile MTN", "Pakistan",
  "Poland Mobile", "Saudi Arabia Mobile STC", "South Africa", "Spain", "Switzerland Mobile", "United Kingdom",
  "United Kingdom Mobile EE", "United States",
];

/** `count` usage items of one period with awkward amounts, the same on every run. */
export function sampleUsage(count: number, period = MARCH): UsageItem[] {
  let seed = 42;
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes LCG
    return seed % below;
  };
  return Array.from({ length: count }, (_, index): UsageItem => {
    const round = Math.floor(index / DESTINATIONS.length);
    const rate = 31 + next(4_000);
    const billedS = 6 * (1 + next(40_000));
    return {
      kind: "usage",
      period,
      destination: `${DESTINATIONS[index % DESTINATIONS.length]}${round === 0 ? "" : ` ${round + 1}`}`,
      ratePerMinute: index % 9 === 8 ? null : (parseDecimal(`${rate}E-4`) ?? null),
      calls: 1 + next(900),
      billedS,
      connectFees: NO_NANOS,
      exactAmount: nanos((BigInt(billedS) * BigInt(rate) * 100_000n) / 60n),
    };
  });
}

export function sampleInvoice(should: readonly BillableItem[], rest: Partial<InvoiceInput> = {}): Invoice {
  return buildInvoice({
    bookId: "book",
    accountId: "account",
    currency: parseCurrency("EUR") as Currency,
    timeZone: "Europe/Vienna",
    period: MARCH,
    should,
    billed: [],
    payment: { kind: "postpaid", termDays: 14 },
    rounding: INVOICE_ROUNDING_DEFAULT,
    roundingCarried: NO_NANOS,
    now: Temporal.Instant.from("2026-04-01T06:00:00Z"),
    ...rest,
  }) as Invoice;
}

export const LETTERHEAD: Letterhead = {
  locale: "en-GB",
  paper: "a4",
  accentColor: ACCENT_COLOR_DEFAULT,
  logo: null,
  seller: {
    name: "Alpenfunk Telekom GmbH",
    lines: ["Mariahilfer Straße 99/12", "1060 Wien", "Austria"],
    facts: [
      { label: "VAT number", value: "ATU00000000" },
      { label: "E-mail", value: "billing@alpenfunk.example" },
      { label: "Telephone", value: "+43 720 000000" },
    ],
  },
  payment: [
    { label: "Bank", value: "Musterbank AG" },
    { label: "IBAN", value: "AT00 0000 0000 0000 0000" },
    { label: "BIC", value: "MUSTATWWXXX" },
  ],
  notes: ["Calls are billed in the steps of your tariff. Itemised call records are attached as CSV."],
};

export const BUYER: PrintInput["buyer"] = {
  name: "Brandt & Söhne Logistik KG",
  lines: ["Attn. Accounts payable", "Industriestraße 7", "4600 Wels", "Austria"],
  facts: [{ label: "VAT number", value: "ATU11111111" }],
};

export function samplePrint(invoice: Invoice, rest: Partial<PrintInput> = {}): PrintInput {
  return {
    invoice,
    number: "INV-2026-00042",
    customerCode: "C-10017",
    buyer: BUYER,
    letterhead: LETTERHEAD,
    attachments: [],
    ...rest,
  };
}
