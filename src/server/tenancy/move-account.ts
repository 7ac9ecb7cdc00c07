import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import { transfer } from "../../core/ledger/transfer.ts";
import { type Nanos, nanosToSql } from "../../core/money/nanos.ts";
import { planMove } from "../../core/tenancy/plan-move.ts";
import { type EpochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { rehearse } from "../db/rehearse.ts";
import type { Tx } from "../db/tx.ts";
import { loadWallets, lockBooks, postJournal } from "../ledger/post-journals.ts";
import { findHindrances, type MoveHindrances, type Succeeded, succeed } from "./move-store.ts";
import type { StoredAccount } from "./party.ts";
import { accountMoveRefused, accountUnknown } from "./problems.ts";
import { insertBook, listAccounts } from "./store.ts";

/** An account that is to go to another place in the tree, with everything below it. */
export interface AccountMove {
  readonly accountCode: string;
  /** Code of its new parent; null: directly under the operator. */
  readonly to: string | null;
  /** From when on calls are charged in the new place; null: from now on. */
  readonly at: EpochMs | null;
  readonly now: Temporal.Instant;
  readonly dryRun: boolean;
}

/** An account that moved. */
export interface MovedAccount {
  /** Of the successor, from now on. */
  readonly code: string;
  readonly id: string;
  /** What is closed, under its own id and a code of its own. */
  readonly closed: { readonly code: string; readonly id: string };
  /** What was transferred of a prepaid account: what it has, and what its wallet could not cover. */
  readonly wallet: Nanos;
  readonly overrun: Nanos;
}

export interface MoveReport {
  readonly at: EpochMs;
  readonly moved: readonly MovedAccount[];
}

/**
 * Moves an account with all below it: each is closed where it is, and a successor is opened in the new place that takes
 * over its code, its settings, its people and, of a prepaid account, its money, by a journal in each book. Calls that
 * were answered before stay with the closed account, in its book and at its prices, whenever they come; what is not
 * billed of them is billed there. One transaction.
 *
 * @throws Problem `account-unknown`, `account-move-refused`.
 */
export async function moveAccount(db: Database, move: AccountMove, actor: Actor): Promise<MoveReport> {
  invariant(actor.accountId === null, "the tree is the operator's");
  return await rehearse<Tx, MoveReport>(
    move.dryRun,
    (work) => db.transaction("app", { tenantId: actor.tenantId }, work),
    (tx) => carryOut(tx, move, actor),
  );
}

async function carryOut(tx: Tx, move: AccountMove, actor: Actor): Promise<MoveReport> {
  const { tenantId } = actor;
  const accounts = await listAccounts(tx, tenantId);
  const account = accountOf(accounts, move.accountCode);
  const parent = move.to === null ? null : accountOf(accounts, move.to);
  const plan = planMove(account, parent, accounts);
  if (plan.kind === "refused") throw accountMoveRefused({ code: account.code, why: plan.why, fix: plan.fix });
  const at = move.at ?? fromInstant(move.now);
  requireNotAhead(account, at, move.now);
  const hindrance = hindranceOf(await findHindrances(tx, plan.moved, at));
  if (hindrance !== null) throw accountMoveRefused({ code: account.code, ...hindrance });
  const bookId = parent?.bookId ?? uuidv7();
  if (parent === null) await insertBook(tx, { id: bookId, tenantId });
  const succeeded = successions(plan.moved, { bookId, parentId: parent?.id ?? null, accounts, at });
  await succeed(tx, succeeded, at);
  const moved = await transferMoney(tx, plan.moved, succeeded, { bookedBy: actor.name, at });
  await recordAudit(tx, actor, [auditOf(account, parent, { accounts, moved })]);
  return { at, moved };
}

function accountOf(accounts: readonly StoredAccount[], code: string): StoredAccount {
  const account = accounts.find((one) => one.code === code);
  if (account === undefined) throw accountUnknown({ code });
  return account;
}

function requireNotAhead({ code }: StoredAccount, at: EpochMs, now: Temporal.Instant): void {
  if (at <= fromInstant(now)) return;
  const fix = "Run it when the time has come, or leave the time out.";
  throw accountMoveRefused({ code, why: `${toInstant(at)} has not come yet`, fix });
}

/** The first thing in the way of a move. */
function hindranceOf(found: MoveHindrances): { readonly why: string; readonly fix: string } | null {
  if (found.sessions > 0)
    return {
      why: "calls of it, or of accounts below it, are up",
      fix: "Wait for their end or end them with `tollwright session hang-up`, and run it again.",
    };
  if (found.chargesAfter > 0)
    return {
      why: `${found.chargesAfter} of its charges, or of accounts below it, are of calls that were answered after that time`,
      fix: "Name a later time, or leave it out: what is charged stays in its book.",
    };
  if (found.billedBeyond > 0)
    return {
      why: "it, or an account below it, is billed beyond that time",
      fix: "Name a later time, or leave it out.",
    };
  if (found.packages > 0)
    return {
      why: "packages of it, or of accounts below it, are running, and what they include can't be split between two books",
      fix: "End them with the setup file, move the account, and give it the packages anew.",
    };
  return null;
}

function successions(
  moved: readonly StoredAccount[],
  place: {
    readonly bookId: string;
    readonly parentId: string | null;
    readonly accounts: readonly StoredAccount[];
    readonly at: EpochMs;
  },
): readonly Succeeded[] {
  const successors = new Map(moved.map(({ id }) => [id, uuidv7()]));
  const taken = new Set(place.accounts.map(({ code }) => code));
  return moved.map(({ id, bookId, parentId, code }, index) => {
    const above = index === 0 ? place.parentId : (successors.get(parentId ?? "") ?? null);
    const closedCode = codeOfClosed(code, place.at, taken);
    taken.add(closedCode);
    const successor = { id: successors.get(id) ?? "", bookId: place.bookId, parentId: above };
    return { id, code, closedCode, bookId, successor };
  });
}

const CODE_LENGTH_MAX = 64;

/** A code that nobody has: "callshop.until-20260302", and the second of a day "callshop.until-20260302-2". */
function codeOfClosed(code: string, at: EpochMs, taken: ReadonlySet<string>): string {
  const day = toInstant(at).toString().slice(0, 10).replaceAll("-", "");
  for (let number = 1; ; number++) {
    const ending = `.until-${day}${number === 1 ? "" : `-${number}`}`;
    const closed = code.slice(0, CODE_LENGTH_MAX - ending.length) + ending;
    if (!taken.has(closed)) return closed;
  }
}

/** Brings the money of prepaid accounts over; what postpaid ones owe is billed and paid where it was used. */
async function transferMoney(
  tx: Tx,
  moved: readonly StoredAccount[],
  succeeded: readonly Succeeded[],
  { bookedBy, at }: { readonly bookedBy: string; readonly at: EpochMs },
): Promise<readonly MovedAccount[]> {
  const books = await lockBooks(
    tx,
    succeeded.flatMap(({ bookId, successor }) => [bookId, successor.bookId]),
  );
  const wallets = await loadWallets(
    tx,
    moved.map(({ id: accountId, bookId, currency, creditLimit: limit }) => ({ accountId, bookId, currency, limit })),
  );
  const report: MovedAccount[] = [];
  for (const [index, { id, code, currency, timeZone, bookId }] of moved.entries()) {
    const { successor, closedCode } = succeeded[index] as Succeeded;
    const wallet = wallets.get(id);
    invariant(wallet, "an account that never had a wallet is at 0");
    const journals = transfer({
      from: { bookId, ownerId: id, currency },
      to: { bookId: successor.bookId, ownerId: successor.id, currency },
      effectiveDate: toInstant(at).toZonedDateTimeISO(timeZone).toPlainDate(),
      wallet: wallet.balance,
      overrun: wallet.overrun,
    });
    const memo = `Moved: ${closedCode} to ${code}`;
    for (const journal of journals)
      await postJournal(tx, books, { journal, batchId: null, firstAnsweredAt: null, memo, bookedBy });
    const closed = { code: closedCode, id };
    report.push({ code, id: successor.id, closed, wallet: wallet.balance, overrun: wallet.overrun });
  }
  return report;
}

/** The operator's alone: neither parent is told of the other. */
function auditOf(
  account: StoredAccount,
  parent: StoredAccount | null,
  { accounts, moved }: { readonly accounts: readonly StoredAccount[]; readonly moved: readonly MovedAccount[] },
): Parameters<typeof recordAudit>[2][number] {
  const before = accounts.find(({ id }) => id === account.parentId);
  return {
    action: "account.moved",
    object: { kind: "account", id: moved[0]?.id ?? account.id, name: account.code },
    before: { parent: before?.code ?? null, id: account.id },
    after: {
      parent: parent?.code ?? null,
      accounts: moved.map(({ code, closed, wallet }) => ({ code, closed: closed.code, wallet: nanosToSql(wallet) })),
    },
    reason: null,
    accountId: null,
  };
}
