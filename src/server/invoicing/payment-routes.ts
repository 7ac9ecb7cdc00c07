import { Type } from "typebox";
import { now } from "../../clock.ts";
import { nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, code, currency, positiveAmount, signedAmount, text } from "../api/schemas.ts";
import { recordPayment } from "./record-payment.ts";

const Payment = Type.Object(
  {
    amount: positiveAmount("in the invoice's currency"),
    reference: text(200, "the payment's own: the same one is never booked twice"),
    refund: Type.Optional(Type.Boolean({ description: "the money went back" })),
    seller: Type.Optional(code("the reseller whose invoice it is, where several have that number")),
    dryRun: Type.Optional(Type.Boolean()),
  },
  closed,
);
const Paid = Type.Object(
  {
    booked: Type.Boolean({ description: "false: this payment was booked before" }),
    currency: currency(),
    paid: signedAmount("all that came in for the invoice, less what went back"),
    open: signedAmount("what is still due; below zero: paid too much"),
  },
  { ...closed, description: "What is paid of an invoice" },
);

/** Payments of invoices, and refunds. */
export const paymentRoutes = (): readonly ApiRoute[] => [
  apiRoute({
    ...{ method: "POST", url: "/v1/invoices/{invoice}/payments", operation: "payInvoice", tag: "Money" },
    summary: "Record a payment of an invoice, or a refund",
    about: "What pays out a credit note is a refund on the credit note.",
    admits: "money:write",
    isOperatorOnly: true,
    idempotency: "required",
    params: Type.Object({ invoice: text(64, "the invoice's number") }, closed),
    body: Payment,
    answer: Paid,
    problems: ["invoice-unknown", "invoice-ambiguous", "refund-above-payments", "journal-key-reused"],
    async handle({ actor, db, params, body }) {
      const { refund = false, reference, dryRun = false, seller: sellerCode } = body;
      const received = nanosFromSql(body.amount);
      const amount = refund ? nanos(-received) : received;
      const payment = { number: params.invoice, sellerCode, amount, reference, now: now(), actor, dryRun };
      const { booked, currency: of, paid, open } = await recordPayment(db, payment);
      return { booked, currency: of, paid: nanosToSql(paid), open: nanosToSql(open) };
    },
  }),
];
