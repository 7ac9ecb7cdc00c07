import { Type } from "typebox";
import { counted } from "../../core/counted.ts";
import { Amount, CivilDate, Count, Currency, eventKind, Id, Name, Time } from "./event-kind.ts";

const closed = { additionalProperties: false } as const;
const By = Name("who did it: `user:ada@example.com`, `key:crm`, `cli:root`");
const What = Name("what is wrong, as a sentence");

/**
 * Every kind of event there is. Its name and its fields are API: never renamed, never reused. Each has its own section
 * in docs/reference/events.md, with every field; the tidy test compares the two.
 */
export const EVENTS = {
  "account-changed": eventKind({
    when: "an account's settings change",
    object: "account",
    data: Type.Object({ name: Name("of the account"), by: By }, closed),
    text: ({ account, data }) => `Account "${account}" was changed by ${data.by}.`,
  }),
  "account-created": eventKind({
    when: "an account is created",
    object: "account",
    data: Type.Object(
      {
        name: Name("of the account"),
        accountKind: Name("customer, reseller, agent or vendor"),
        by: By,
      },
      closed,
    ),
    text: ({ account, data }) => `Account "${account}" (${data.name}) was created by ${data.by}.`,
  }),
  "alarm-cleared": eventKind({
    when: "the trouble of an alarm is over, whatever the alarm",
    object: "alarm",
    data: Type.Object(
      { alarm: Name("its kind"), source: Name("whose records it is about"), subject: Name("which of its kind it is") },
      closed,
    ),
    text: ({ data }) => `Alarm over: ${data.alarm} of ${data.source} (${data.subject}).`,
  }),
  "alarm-raised": eventKind({
    when: "a check finds that records of a source are missing or do not agree",
    isWarning: true,
    object: "alarm",
    data: Type.Object(
      {
        alarm: Name("its kind"),
        source: Name("whose records it is about"),
        subject: Name("which of its kind it is"),
        what: What,
        fix: Name("what to do"),
      },
      closed,
    ),
    text: ({ data }) => `${data.alarm}: ${data.what}`,
  }),
  "balance-exhausted": eventKind({
    when: "an account has no money for what it asks for: once, until its balance rises",
    isWarning: true,
    object: "account",
    data: Type.Object({ left: Amount("what the account may still spend"), currency: Currency }, closed),
    text: ({ account, data }) => `Account "${account}" is out of money: ${data.left} ${data.currency} left.`,
  }),
  "balance-low": eventKind({
    when: "a balance falls below a threshold of its account or of the tenant: once for each time that it does",
    isWarning: true,
    object: "account",
    data: Type.Object(
      {
        threshold: Amount("the threshold"),
        left: Amount("what the account may still spend, what its calls that are up have cost so far taken off"),
        currency: Currency,
      },
      closed,
    ),
    text: ({ account, data }) =>
      `Account "${account}" has ${data.left} ${data.currency} left, less than ${data.threshold}.`,
  }),
  "bill-run-finished": eventKind({
    when: "a bill run is done",
    object: "bill-run",
    data: Type.Object(
      {
        invoices: Count("that were issued"),
        nothing: Count("accounts without anything to bill"),
        parked: Count("accounts that could not be billed"),
        by: By,
      },
      closed,
    ),
    text: ({ data }) =>
      `A bill run made ${counted(data.invoices, "invoice")}; ${counted(data.parked, "account")} could not be billed.`,
  }),
  "call-cut": eventKind({
    when: "a call was ended at its switch because somebody, or its money, asked for it",
    object: "session",
    data: Type.Object(
      {
        key: Name("the switch's own key of the call"),
        reason: Type.Enum(["operator", "money-ended", "grant-exceeded", "given-up"], { description: "why" }),
        why: Name("the same in words"),
      },
      closed,
    ),
    text: ({ account, data }) => `Call ${data.key}${account === null ? "" : ` of "${account}"`} was ended: ${data.why}`,
  }),
  "dead-letter": eventKind({
    when: "charging requests of an outage could not be decided afterwards, and wait for somebody",
    isWarning: true,
    object: "source",
    data: Type.Object({ requests: Count("that wait"), reason: Name("why, of the first of them") }, closed),
    text: ({ data }) => `${counted(data.requests, "charging request")} could not be decided: ${data.reason}`,
  }),
  "invoice-issued": eventKind({
    when: "an invoice, or a credit note, is issued",
    object: "invoice",
    data: Type.Object(
      {
        number: Name("of the invoice"),
        invoiceKind: Name("invoice or credit note"),
        total: Amount("what it is about"),
        currency: Currency,
        periodStartDate: CivilDate("the first day that is billed"),
        periodEndDate: CivilDate("the first day that is no longer billed"),
        dueDate: CivilDate("until when it is to be paid"),
      },
      closed,
    ),
    text: ({ account, data }) => `Invoice ${data.number} to "${account}": ${data.total} ${data.currency}.`,
  }),
  "payment-received": eventKind({
    when: "money is paid into an account",
    object: "account",
    data: Type.Object(
      {
        amount: Amount("what was paid"),
        currency: Currency,
        reference: Name("of the payment"),
        balance: Amount("of the wallet afterwards"),
        by: By,
      },
      closed,
    ),
    text: ({ account, data }) => `"${account}" paid ${data.amount} ${data.currency} (${data.reference}).`,
  }),
  "quarantine-grown": eventKind({
    when: "more rows of a source wait in quarantine than its threshold: once, until there are fewer",
    isWarning: true,
    object: "alarm",
    data: Type.Object({ source: Name("whose rows they are"), what: What, fix: Name("what to do") }, closed),
    text: ({ data }) => data.what,
  }),
  "rates-published": eventKind({
    when: "a version of a tariff is published",
    object: "tariff",
    data: Type.Object(
      {
        tariff: Name("its name"),
        version: Count("its number"),
        deckId: Type.Union([Id("the deck that it came from"), Type.Null()]),
        by: By,
      },
      closed,
    ),
    text: ({ data }) => `Version ${data.version} of tariff "${data.tariff}" was published by ${data.by}.`,
  }),
  "rerating-applied": eventKind({
    when: "a re-rating of stored calls is done",
    object: "rerating",
    data: Type.Object(
      { reason: Name("as who asked for it said"), calls: Count("that have another price now"), by: By },
      closed,
    ),
    text: ({ data }) => `${counted(data.calls, "call")} re-rated by ${data.by}: ${data.reason}`,
  }),
  "source-silent": eventKind({
    when: "nothing has come from a source for longer than usual",
    isWarning: true,
    object: "alarm",
    data: Type.Object(
      { source: Name("that is silent"), since: Time("when it was heard of last"), what: What, fix: Name("what to do") },
      closed,
    ),
    text: ({ data }) => data.what,
  }),
  "webhook-disabled": eventKind({
    when: "a webhook is disabled because its server said that it is gone, or failed for days",
    isWarning: true,
    object: "webhook",
    data: Type.Object(
      { url: Name("that was called"), reason: Type.Enum(["gone", "failing"], { description: "why" }) },
      closed,
    ),
    text: ({ data }) => `The webhook to ${data.url} was disabled: ${data.reason}.`,
  }),
  "webhook-test": eventKind({
    when: "somebody tries a webhook; it goes to that one alone, whatever kinds it wants",
    object: "webhook",
    data: Type.Object({ by: By }, closed),
    text: ({ data }) => `A webhook was tried by ${data.by}.`,
  }),
} as const;
