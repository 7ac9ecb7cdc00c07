import { type Static, Type } from "typebox";
import { INVOICE_KINDS } from "../../core/invoicing/invoice.ts";
import { type ApiRoute, apiRoute, fileAnswer, Reply } from "../api/api-route.ts";
import { idAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, count, currency, date, id, orNull, signedAmount, text } from "../api/schemas.ts";
import { invoiceFile, showInvoice } from "./export-invoice.ts";
import { findInvoices } from "./find-invoices.ts";
import type { PdfPrinter } from "./render-pdf.ts";
import type { StoredInvoice } from "./stored-invoice.ts";

const TAG = "Invoices";
const Invoice = Type.Object(
  {
    id: id(),
    number: text(64),
    kind: Type.Enum([...INVOICE_KINDS]),
    account: code(),
    accountName: text(200),
    seller: orNull(code(), "the reseller who sells; null: the operator"),
    periodStartDate: date(),
    periodEndDate: date("the first day that is no longer billed"),
    issueDate: date(),
    dueDate: date(),
    currency: currency(),
    exactTotal: signedAmount(),
    rounding: signedAmount("exact total less total"),
    total: signedAmount(),
    paid: signedAmount("from the wallet"),
    due: signedAmount(),
  },
  { ...closed, description: "An invoice" },
);
const line = Type.String({ maxLength: 1_000 });
const Line = Type.Object(
  {
    line: count(),
    kind: Type.Enum(["usage", "adjustment"]),
    description: line,
    periodStartDate: orNull(date()),
    periodEndDate: orNull(date()),
    previousPeriod: Type.Boolean(),
    service: Type.Optional(text(20)),
    rate: orNull(line),
    calls: orNull(count()),
    billedS: orNull(count()),
    connectFees: orNull(signedAmount()),
    surcharges: orNull(signedAmount()),
    coveredS: orNull(count()),
    allowance: orNull(line),
    precedingInvoice: orNull(line),
    adjustmentId: orNull(line),
    exactAmount: signedAmount(),
    amount: signedAmount(),
  },
  closed,
);
const Whole = Type.Object(
  { ...Invoice.properties, lines: Type.Array(Line, { maxItems: 1_000_000 }) },
  { ...closed, description: "An invoice with its lines" },
);
const Params = Type.Object({ invoice: text(64, "the invoice's number") }, closed);
const Seller = { seller: Type.Optional(code("the reseller whose invoice it is, where several have that number")) };
const UNKNOWN = ["invoice-unknown", "invoice-ambiguous"] as const;
const ORDER = "invoices, newest first";

/** Invoices: list, show, on paper, lines. */
export const invoiceRoutes = (printer: PdfPrinter): readonly ApiRoute[] => [
  apiRoute({
    ...{ method: "GET", url: "/v1/invoices", operation: "listInvoices", tag: TAG, summary: "List invoices" },
    about: "The newest first.",
    admits: "invoices:read",
    query: Type.Object(
      { ...PageQuery, account: Type.Optional(code()), from: Type.Optional(date("whose period ends then or later")) },
      closed,
    ),
    answer: listOf(Invoice),
    async handle({ actor, db, query }) {
      const beforeId = idAfter(query, ORDER);
      const invoices = await findInvoices(db, {
        ...{ tenantId: actor.tenantId, accountCode: query.account, fromDate: query.from, beforeId },
        limit: rowsOf(query),
      });
      return pageOf(query, invoices, { order: ORDER, keyOf: (invoice) => [invoice.id], shown: invoiceShown });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/invoices/{invoice}", operation: "getInvoice", tag: TAG, summary: "Show an invoice" },
    admits: "invoices:read",
    params: Params,
    query: Type.Object(Seller, closed),
    answer: Whole,
    problems: UNKNOWN,
    async handle({ actor, db, params, query }) {
      const invoice = await showInvoice(db, actor.tenantId, params.invoice, query.seller);
      return { ...invoiceShown(invoice), lines: [...invoice.lines] };
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/invoices/{invoice}/pdf", operation: "getInvoicePdf", tag: TAG },
    summary: "The invoice on paper",
    admits: "invoices:read",
    params: Params,
    query: Type.Object(Seller, closed),
    answer: fileAnswer("application/pdf"),
    problems: [...UNKNOWN, "invoice-not-printable"],
    async handle({ actor, db, params, query }) {
      const wanted = { tenantId: actor.tenantId, number: params.invoice, sellerCode: query.seller };
      const bytes = await invoiceFile(db, { ...wanted, format: "pdf" }, printer);
      return new Reply(Buffer.from(bytes), { "content-type": "application/pdf", ...attached(params.invoice, "pdf") });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/invoices/{invoice}/lines.csv", operation: "getInvoiceLines", tag: TAG },
    summary: "The invoice's lines as CSV",
    admits: "invoices:read",
    params: Params,
    query: Type.Object(Seller, closed),
    answer: fileAnswer("text/csv"),
    problems: UNKNOWN,
    async handle({ actor, db, params, query }) {
      const wanted = { tenantId: actor.tenantId, number: params.invoice, sellerCode: query.seller };
      const bytes = await invoiceFile(db, { ...wanted, format: "lines" }, printer);
      return new Reply(Buffer.from(bytes), {
        ...{ "content-type": "text/csv; charset=utf-8", ...attached(params.invoice, "csv") },
      });
    },
  }),
];

/** A number is what its pattern says: a header takes letters and digits of it. */
const attached = (number: string, suffix: string) => ({
  "content-disposition": `attachment; filename="${number.replaceAll(/[^\w.-]/g, "-")}.${suffix}"`,
});

const invoiceShown = ({ accountCode, sellerCode, ...invoice }: StoredInvoice): Static<typeof Invoice> => ({
  ...{ id: invoice.id, number: invoice.number, kind: invoice.kind, account: accountCode, seller: sellerCode },
  ...{ accountName: invoice.accountName, currency: invoice.currency },
  ...{ periodStartDate: invoice.periodStartDate, periodEndDate: invoice.periodEndDate },
  ...{ issueDate: invoice.issueDate, dueDate: invoice.dueDate },
  ...{ exactTotal: invoice.exactTotal, rounding: invoice.rounding, total: invoice.total },
  ...{ paid: invoice.paid, due: invoice.due },
});
