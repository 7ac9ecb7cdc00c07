import { expect, test } from "vitest";
import { takeDueMails } from "../../src/server/mail/mail-store.ts";
import { queueMail } from "../../src/server/mail/queue-mail.ts";
import { testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

test("mails in the name of an account come from the nearest brand above it that has a sender, or from the operator", async () => {
  const db = await testDatabase();
  try {
    const operator = await Operator.create(db);
    const { tenantId } = operator;
    const brand = { name: "Allô", mailFrom: "factures@allo.example" };
    const top = await operator.account("top", { kind: "reseller", brand });
    const below = await operator.account("below", { kind: "reseller", parentId: top.id, bookId: top.bookId });
    const other = await operator.account("other", { kind: "reseller", brand: { name: "Other" } });
    await db.transaction("app", { tenantId }, async (tx) => {
      for (const accountId of [top.id, below.id, other.id, null])
        await queueMail(tx, { tenantId, accountId, to: "ada@example.com", subject: "s", text: "t" });
    });
    const due = await db.transaction("ingest", {}, (tx) => takeDueMails(tx, { limit: 10, leaseS: 60 }));
    const sender = { name: "Allô", address: "factures@allo.example" };
    expect(due.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((mail) => mail.sender)).toEqual([
      sender,
      sender,
      null,
      null,
    ]);
  } finally {
    await db.drop();
  }
});
