import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, code, count, currency, date, signedAmount, text } from "../api/schemas.ts";
import { OperationShown, operationShown } from "../operations/operation-routes.ts";
import { beginOperation, type OperationWork } from "../operations/operations.ts";
import { type BillingScope, readPeriod } from "./billing-scope.ts";
import { previewInvoices } from "./preview-invoice.ts";
import { runBill } from "./run-bill.ts";

const TAG = "Billing";
const Asked = Type.Object(
  {
    month: Type.Optional(Type.String({ pattern: "^\\d{4}-\\d{2}$", description: "such as 2026-03" })),
    from: Type.Optional(date("the first day to bill, in place of a month")),
    to: Type.Optional(date("the first day that is no longer billed")),
    accounts: Type.Optional(Type.Array(code(), { maxItems: 10_000, description: "every account when not given" })),
  },
  { ...closed, examples: [{ month: "2026-03", accounts: [] }] },
);
type Asked = Static<typeof Asked>;
const Drafts = Type.Object(
  {
    invoices: Type.Array(
      Type.Object(
        {
          ...{ account: code(), kind: text(40), currency: currency(), periodStartDate: date(), periodEndDate: date() },
          ...{ exactTotal: signedAmount(), rounding: signedAmount(), total: signedAmount(), due: signedAmount() },
        },
        closed,
      ),
      { maxItems: 1_000_000 },
    ),
    nothing: count("accounts with nothing to bill"),
    parked: Type.Array(Type.Object({ account: code(), what: text(4_000), fix: text(4_000) }, closed), {
      maxItems: 1_000_000,
    }),
  },
  { ...closed, description: "What a bill run would make" },
);
/** Name of the operation that a bill run is. */
const BILL_RUN = "bill-run";
const PROBLEMS = ["account-unknown", "period-invalid", "period-not-over"] as const;

/** Bill runs: shown beforehand, and made as an operation. */
export const billRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "POST", url: "/v1/bill-previews", operation: "previewBills", tag: TAG },
    summary: "Show what a bill run would make, and change nothing",
    about: "A period that is not over yet is shown as far as it has come.",
    admits: "invoices:read",
    isOperatorOnly: true,
    body: Asked,
    answer: Drafts,
    problems: PROBLEMS,
    async handle({ actor, db, body }) {
      const drafts = await previewInvoices(db, { ...scopeOf(actor.tenantId, body), openPeriods: true });
      return {
        invoices: drafts.flatMap((draft) => (draft.kind === "invoice" ? [draftShown(draft)] : [])),
        nothing: drafts.filter(({ kind }) => kind === "nothing").length,
        parked: drafts.flatMap((draft) =>
          draft.kind === "parked" ? [{ account: draft.account.code, what: draft.what, fix: draft.fix }] : [],
        ),
      };
    },
  }),
  apiRoute({
    ...{
      method: "POST",
      url: "/v1/bill-runs",
      operation: "runBills",
      tag: TAG,
      summary: "Make the invoices of a period",
    },
    about: "As an operation: its result has the numbers. A second run makes nothing that is made.",
    admits: "invoices:write",
    isOperatorOnly: true,
    idempotency: "required",
    body: Asked,
    answer: OperationShown,
    status: 202,
    problems: ["period-invalid"],
    async handle({ actor, db, body }) {
      scopeOf(actor.tenantId, body); // refuses what is no period now, and not later
      return operationShown(await beginOperation(db, actor, BILL_RUN, body));
    },
  }),
];

/** What an operation of this room does, by its kind. */
export const billOperations: Readonly<Record<string, OperationWork>> = {
  [BILL_RUN]: async (db, asked, { actor, onProgress }) => {
    const scope = scopeOf(actor.tenantId, asked as Asked);
    const { billed, nothing, parked, vendorPostings } = await runBill(db, { ...scope, actor, onProgress });
    return {
      invoices: billed.map(({ account, number }) => ({ account: account.code, number })),
      parked: parked.map(({ account, what, fix }) => ({ account: account.code, what, fix })),
      ...{ nothing, vendorPostings },
    };
  },
};

/** Errors: Problem `period-invalid`. */
const scopeOf = (tenantId: string, { month, from, to, accounts = [] }: Asked): BillingScope => ({
  ...{ tenantId, accountCodes: accounts, period: readPeriod({ month, from, to }), now: now() },
});

type InvoiceDraft = Extract<Awaited<ReturnType<typeof previewInvoices>>[number], { kind: "invoice" }>;

const draftShown = ({ account, invoice }: InvoiceDraft) => ({
  ...{ account: account.code, kind: invoice.kind, currency: invoice.currency },
  ...{ periodStartDate: invoice.period.startDate.toString(), periodEndDate: invoice.period.endDate.toString() },
  ...{ exactTotal: nanosToSql(invoice.exactTotal), rounding: nanosToSql(invoice.rounding) },
  ...{ total: nanosToSql(invoice.total), due: nanosToSql(invoice.due) },
});
