import type { UsageItem } from "../../core/invoicing/billable-item.ts";
import type { Invoice, InvoiceLine } from "../../core/invoicing/invoice.ts";
import { roundLines } from "../../core/invoicing/round-lines.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import { divideRounded } from "../../core/money/rounding.ts";
import { SERVICES, type Service, UNITS_RATED } from "../../core/usage/service-units.ts";
import type {
  InvoiceAttachment,
  InvoiceDocument,
  InvoiceLogo,
  InvoiceRow,
  InvoiceSection,
  LabelledText,
  PrintedParty,
} from "./invoice-document.ts";
import { type InvoiceWording, invoiceWording } from "./invoice-wording.ts";
import { type LocaleFormat, localeFormat } from "./locale-format.ts";

/** What stands on an invoice beside the figures: who, how to pay, and how it is dressed. */
export interface Letterhead {
  /** BCP 47: language, number and date formats. */
  readonly locale: string;
  readonly paper: "a4" | "us-letter";
  readonly accentColor: string;
  readonly logo: InvoiceLogo | null;
  readonly seller: PrintedParty;
  /** Bank details and the like; the invoice's number is added as the reference. */
  readonly payment: readonly LabelledText[];
  readonly notes: readonly string[];
}

export interface PrintInput {
  readonly invoice: Invoice;
  readonly number: string;
  readonly customerCode: string;
  readonly buyer: PrintedParty;
  readonly letterhead: Letterhead;
  readonly attachments: readonly InvoiceAttachment[];
}

export const ACCENT_COLOR_DEFAULT = "#0f4c5c";

/** Writes an invoice out in its reader's language: figures become text here and nowhere else. */
export function printInvoice(input: PrintInput): InvoiceDocument {
  const { invoice, number, buyer, letterhead, attachments } = input;
  const { language, direction, wording } = invoiceWording(letterhead.locale);
  const format = localeFormat(letterhead.locale);
  const page: Page = { invoice, wording, format };
  return {
    language,
    direction,
    paper: letterhead.paper,
    accentColor: letterhead.accentColor,
    title: titleOf(invoice, wording),
    number,
    issueDate: invoice.issueDate.toString(),
    facts: facts(page, number, input.customerCode),
    logo: letterhead.logo,
    seller: letterhead.seller,
    buyer: { ...buyer, label: wording.billTo },
    headline: headline(page),
    columns: {
      description: wording.destination,
      rate: wording.ratePerMinute,
      calls: wording.calls,
      minutes: wording.minutes,
      ...(hasFees(invoice) && { connectFees: wording.connectFees }),
      amount: wording.amountIn.replace("{currency}", invoice.currency),
    },
    sections: sections(page),
    totals: totals(page),
    payment: payment(page, number, letterhead.payment),
    notes: letterhead.notes,
    pageLabel: wording.page,
    digits: format.digits,
    attachments,
  };
}

interface Page {
  readonly invoice: Invoice;
  readonly wording: InvoiceWording;
  readonly format: LocaleFormat;
}

function titleOf({ kind }: Invoice, wording: InvoiceWording): string {
  switch (kind) {
    case "invoice":
      return wording.invoice;
    case "credit-note":
      return wording.creditNote;
    case "statement":
      return wording.statement;
    default:
      return kind satisfies never;
  }
}

function facts({ invoice, wording, format }: Page, number: string, customerCode: string): LabelledText[] {
  const { period, issueDate, dueDate, due } = invoice;
  return [
    { label: wording.number, value: number },
    { label: wording.issueDate, value: format.date(issueDate) },
    { label: wording.period, value: format.dates(period.startDate, period.endDate) },
    ...(due > 0n ? [{ label: wording.dueDate, value: format.date(dueDate) }] : []),
    { label: wording.customerCode, value: customerCode },
  ];
}

function headline({ invoice, wording, format }: Page): LabelledText {
  if (invoice.kind !== "credit-note")
    return { label: wording.amountDue, value: format.money(invoice.due, invoice.currency) };
  return { label: wording.creditAmount, value: format.money(nanos(-invoice.total), invoice.currency) };
}

function sections(page: Page): InvoiceSection[] {
  const { invoice, wording, format } = page;
  const { startDate, endDate } = invoice.period;
  const ofService = (service: Service, previous: boolean) => (line: InvoiceLine) =>
    line.kind === "usage" && serviceOf(line) === service && line.previousPeriod === previous;
  const now = `${wording.usage} ${format.dates(startDate, endDate)}`;
  const named = (heading: string, service: Service) =>
    service === "voice" ? heading : `${heading}: ${wording.services[service]}`;
  const groups: readonly (readonly [string, Service, (line: InvoiceLine) => boolean])[] = [
    ...SERVICES.map((service) => [named(now, service), service, ofService(service, false)] as const),
    ...SERVICES.map((service) => [named(wording.previousPeriods, service), service, ofService(service, true)] as const),
    [wording.adjustments, "voice", (line) => line.kind === "adjustment"],
  ];
  return groups
    .map(([heading, service, belongs]) => ({ heading, service, lines: invoice.lines.filter(belongs) }))
    .filter(({ lines }) => lines.length > 0)
    .map((group) => section(page, group));
}

const serviceOf = ({ service }: Pick<UsageItem, "service">): Service => service ?? "voice";

const feesOf = (line: InvoiceLine): Nanos => (line.kind === "usage" ? line.connectFees : NO_NANOS);

const hasFees = ({ lines }: Invoice): boolean => lines.some((line) => feesOf(line) !== 0n);

/** Usage of one service, or adjustments. */
interface Group {
  readonly heading: string;
  readonly service: Service;
  readonly lines: readonly InvoiceLine[];
}

function section(page: Page, { heading, service, lines }: Group): InvoiceSection {
  const { invoice, wording, format } = page;
  const shown = (quantity: Nanos) => quantityText(quantity, service, format);
  // Shown minutes add up to the shown sum, as amounts do.
  const minutes = roundLines(lines.map(exactQuantity), { per: "total", mode: "half-up", digits: 2, carried: NO_NANOS });
  const fees = (value: Nanos) =>
    hasFees(invoice) && { connectFees: value === 0n ? "" : format.exactAmount(value, invoice.currency) };
  const rows = lines.map((line, index): InvoiceRow => {
    const amount = format.amount(line.amount, invoice.currency);
    const cells = { ...fees(feesOf(line)), amount };
    if (line.kind === "adjustment")
      return { description: line.description, rate: "", calls: "", minutes: "", ...cells };
    return {
      description:
        line.destination + coveredText(line, wording, format) + surchargedText(line, page) + previousText(line, format),
      rate: line.ratePerMinute === null ? wording.varyingRate : format.rate(line.ratePerMinute) + RATED_PER[service],
      calls: format.count(line.calls),
      minutes: shown(minutes.amounts[index] ?? NO_NANOS),
      ...cells,
    };
  });
  const isUsage = lines.some(({ kind }) => kind === "usage");
  const calls = lines.reduce((sum, line) => sum + (line.kind === "usage" ? line.calls : 0), 0);
  const amount = nanos(lines.reduce((sum, line) => sum + line.amount, 0n));
  const subtotal: InvoiceRow = {
    description: wording.subtotal,
    rate: "",
    calls: isUsage ? format.count(calls) : "",
    minutes: isUsage ? shown(minutes.total) : "",
    ...fees(nanos(lines.reduce((sum, line) => sum + feesOf(line), 0n))),
    amount: format.amount(amount, invoice.currency),
  };
  return { heading, rows, subtotal };
}

/** " (12.50 min free by Europe)"; empty where money paid for all. */
function coveredText(line: UsageItem, wording: InvoiceWording, format: LocaleFormat): string {
  const { covered } = line;
  if (covered === undefined) return "";
  const service = serviceOf(line);
  const quantity = quantityText(exactOf(covered.seconds, service), service, format);
  const text = service === "voice" ? wording.covered : wording.coveredUnits;
  return ` (${text.replace("{minutes}", quantity).replace("{allowance}", () => covered.by)})`;
}

/** " (with surcharges of EUR 1.25)"; empty where there are none. */
function surchargedText({ surcharges }: UsageItem, { invoice, wording, format }: Page): string {
  if (surcharges === undefined) return "";
  return ` (${wording.surcharged.replace("{amount}", () => format.exactMoney(surcharges, invoice.currency))})`;
}

/** " (1–31 March 2026, INV-2026-00007)": when the calls were answered, and what billed that time first. */
function previousText({ previousPeriod, period, precedingInvoice }: UsageLine, format: LocaleFormat): string {
  if (!previousPeriod) return "";
  const dates = format.dates(period.startDate, period.endDate);
  return precedingInvoice === undefined ? ` (${dates})` : ` (${dates}, ${precedingInvoice})`;
}

type UsageLine = Extract<InvoiceLine, { readonly kind: "usage" }>;

const inMinutes = (seconds: number): Nanos => nanos(divideRounded(BigInt(seconds) * 1_000_000_000n, 60n, "half-up"));

/** What a rate is for where it is not a minute, which the column says. */
const RATED_PER: Readonly<Record<Service, string>> = { voice: "", sms: "/SMS", data: "/MB" };

/**
 * Talk time in minutes, messages, or megabytes of 10⁶ octets, in nanos; a nano of a minute is far below the hundredth
 * that is shown.
 */
const exactOf = (units: number, service: Service): Nanos =>
  service === "voice" ? inMinutes(units) : nanos((BigInt(units) * 1_000_000_000n) / BigInt(UNITS_RATED[service]));

const exactQuantity = (line: InvoiceLine): Nanos =>
  line.kind === "usage" ? exactOf(line.billedS, serviceOf(line)) : NO_NANOS;

/** "12.50", "7", "1,024.00 MB". */
function quantityText(quantity: Nanos, service: Service, format: LocaleFormat): string {
  if (service === "sms") return format.count(Number(quantity / 1_000_000_000n));
  return service === "data" ? `${format.hundredths(quantity)} MB` : format.hundredths(quantity);
}

function totals({ invoice, wording, format }: Page): InvoiceDocument["totals"] {
  const { currency, exactTotal, total, rounding, paid, due, kind } = invoice;
  const row = (label: string, value: string, strong = false) => ({ label, value, strong });
  return [
    ...(rounding === 0n
      ? []
      : [
          row(wording.exactUsage, format.exactMoney(exactTotal, currency)),
          row(wording.rounding, format.exactMoney(nanos(-rounding), currency)),
        ]),
    row(wording.total, format.money(total, currency), kind !== "statement"),
    ...(kind === "statement"
      ? [
          row(wording.paidFromBalance, format.money(nanos(-paid), currency)),
          row(wording.amountDue, format.money(due, currency), true),
        ]
      : []),
  ];
}

function payment(
  { invoice, wording }: Page,
  number: string,
  rows: readonly LabelledText[],
): InvoiceDocument["payment"] {
  if (invoice.due <= 0n || rows.length === 0) return null;
  return { heading: wording.payment, rows: [...rows, { label: wording.reference, value: number }] };
}
