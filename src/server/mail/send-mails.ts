import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import type { Delivery, MailServer } from "./mail-server.ts";
import { countWaitingMails, deleteEndedMails, markMailFailed, markMailSent, takeDueMails } from "./mail-store.ts";

/** What there is to tell of mails. */
export interface MailsReport {
  /** Nothing is sent, and so many mails wait: no server is set. */
  waiting(mails: number): void;
  /** A mail did not leave; `isGivenUp`: and never will. */
  failed(mail: { readonly id: string; readonly fault: string; readonly isGivenUp: boolean }): void;
  /** The mails could not be looked at. */
  lookFailed(error: unknown): void;
}

const EVERY_MS = 1_000;
/** Mails that one process has in hand at a time. */
const MAILS_MAX = 10;
/** After that time another process may try the mails of one that died; longer than all of them can take to fail. */
const LEASE_S = 900;
const FIRST_WAIT_S = 30;
const WAIT_S_MAX = 3_600;
const DAY_S = 86_400;
/** A mail that has not left by then is given up: what it tells of is old. */
export const MAIL_KEPT_S = 3 * DAY_S;
const ENDED_KEPT_S = 30 * DAY_S;
const FORGOTTEN_AT_A_TIME = 1_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Sends what waits, whichever process it was stored by, until `signal`. Several processes share the work. Each mail
 * leaves at least once: of one that the server took just as a process died, before it noted so, a second leaves.
 */
export async function sendMails(
  db: Database,
  server: MailServer | null,
  { report, signal, everyMs = EVERY_MS }: SendingMails,
): Promise<void> {
  const [notTold, never] = [-1, Number.NEGATIVE_INFINITY];
  let told = notTold;
  let forgotAtMs = never;
  while (!signal.aborted) {
    try {
      if (performance.now() - forgotAtMs > FORGET_EVERY_MS) {
        await db.transaction("ingest", {}, (tx) => deleteEndedMails(tx, ENDED_KEPT_S, FORGOTTEN_AT_A_TIME));
        forgotAtMs = performance.now();
      }
      if (server === null) told = await tellOfWaiting(db, told, report);
      else while (!signal.aborted && (await sendDueMails(db, server, report)) === MAILS_MAX);
    } catch (error) {
      report.lookFailed(error);
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  server?.close();
}

interface SendingMails {
  readonly report: MailsReport;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/** Tells how many mails wait each time that there are more; answers how many there are. */
async function tellOfWaiting(db: Database, told: number, report: MailsReport): Promise<number> {
  const waiting = await db.transaction("ingest", {}, countWaitingMails);
  if (waiting > Math.max(told, 0)) report.waiting(waiting);
  return waiting;
}

/** Tries the mails that are due, at most {@link MAILS_MAX}; answers how many it tried. */
export async function sendDueMails(
  db: Database,
  server: MailServer,
  report: Pick<MailsReport, "failed">,
): Promise<number> {
  const due = await db.transaction("ingest", {}, (tx) => takeDueMails(tx, { limit: MAILS_MAX, leaseS: LEASE_S }));
  await Promise.all(
    due.map(async (mail) => {
      const delivery = await server.deliver(mail);
      const isGivenUp = await noteDelivery(db, mail, delivery);
      if (delivery.kind === "refused") report.failed({ id: mail.id, fault: delivery.fault, isGivenUp });
    }),
  );
  return due.length;
}

/** Answers whether the mail was given up. */
async function noteDelivery(
  db: Database,
  { id, tries }: { readonly id: string; readonly tries: number },
  delivery: Delivery,
): Promise<boolean> {
  return await db.transaction("ingest", {}, async (tx) => {
    if (delivery.kind === "taken") {
      await markMailSent(tx, id);
      return false;
    }
    const waitS = Math.min(FIRST_WAIT_S * 2 ** Math.min(tries - 1, 20), WAIT_S_MAX);
    return await markMailFailed(tx, id, { ...delivery, waitS, keepS: MAIL_KEPT_S });
  });
}
