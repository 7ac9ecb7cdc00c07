import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { NewMail } from "./mail.ts";

export async function insertMail(
  tx: Tx,
  { id, tenantId, accountId, to, subject, text }: Required<NewMail> & { readonly id: string },
): Promise<void> {
  await tx.query(
    "insert into mails (id, tenant_id, account_id, recipient, subject, body) values ($1, $2, $3, $4, $5, $6)",
    [id, tenantId, accountId, to, subject, text],
  );
}

/** A mail that is to be sent now. */
export interface DueMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** By the brand of the account, or of the nearest above it that has a sender; null: the operator. */
  readonly sender: { readonly name: string; readonly address: string } | null;
  /** How often it was tried, this time included. */
  readonly tries: number;
}

/**
 * Takes the mails that have waited longest; no other process gets them before `leaseS` have passed. One that is taken
 * by a process that dies is due again then.
 */
export async function takeDueMails(
  tx: Tx,
  { limit, leaseS }: { readonly limit: number; readonly leaseS: number },
): Promise<readonly DueMail[]> {
  const { rows } = await tx.query<Omit<DueMail, "to" | "text"> & { readonly recipient: string; readonly body: string }>(
    `update mails set due_at = clock_timestamp() + make_interval(secs => $2), tries = tries + 1
     where id in (select id from mails where state = 'waiting' and due_at <= clock_timestamp()
       order by due_at, id limit $1 for update skip locked)
     returning id, recipient, subject, body, tries, (
       with recursive line as (
         select id, parent_id, name, brand, 0 as steps from accounts where id = mails.account_id
         union all
         select above.id, above.parent_id, above.name, above.brand, steps + 1
         from accounts above join line on above.id = line.parent_id where steps < 20
       )
       select jsonb_build_object('name', coalesce(brand ->> 'name', name), 'address', brand ->> 'mailFrom')
       from line where brand ? 'mailFrom' order by steps limit 1
     ) as sender`,
    [limit, leaseS],
  );
  return rows.map(({ recipient, body, ...mail }) => ({ ...mail, to: recipient, text: body }));
}

export async function markMailSent(tx: Tx, id: string): Promise<void> {
  await tx.query(
    "update mails set state = 'sent', ended_at = clock_timestamp(), body = null, fault = null where id = $1",
    [id],
  );
}

/**
 * Lets a mail wait again, or gives it up: at once if `isFinal`, else when it is older than `keepS`. Answers whether it
 * was given up.
 */
export async function markMailFailed(
  tx: Tx,
  id: string,
  outcome: { readonly fault: string; readonly isFinal: boolean; readonly waitS: number; readonly keepS: number },
): Promise<boolean> {
  const { rows } = await tx.query<{ state: string }>(
    `update mails set fault = $2, due_at = clock_timestamp() + make_interval(secs => $4),
       state = case when late then 'given-up' else 'waiting' end,
       ended_at = case when late then clock_timestamp() end, body = case when late then null else body end
     from (select $3 or queued_at < clock_timestamp() - make_interval(secs => $5) as late from mails
       where id = $1) judged
     where id = $1 returning state`,
    [id, outcome.fault, outcome.isFinal, outcome.waitS, outcome.keepS],
  );
  return rows[0]?.state === "given-up";
}

/** Forgets mails that ended longer ago than `keepS`; at most `limit` at a time. */
export async function deleteEndedMails(tx: Tx, keepS: number, limit: number): Promise<void> {
  await tx.query(
    `delete from mails where id in (
       select id from mails where ended_at < clock_timestamp() - make_interval(secs => $1) limit $2)`,
    [keepS, limit],
  );
}

/** How many mails wait, of all tenants. */
export async function countWaitingMails(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ waiting: string }>("select count(*) as waiting from mails where state = 'waiting'");
  return Number(rows[0]?.waiting);
}

/** A mail as it is listed: without its text, which may hold a link that lets somebody in. */
export interface ListedMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly state: "waiting" | "sent" | "given-up";
  readonly tries: number;
  /** Why it did not leave the last time; null: it did, or was not tried. */
  readonly fault: string | null;
  readonly queuedAt: EpochMs;
  readonly endedAt: EpochMs | null;
}

/** Mails of a tenant, the latest first. */
export async function listMails(
  tx: Tx,
  { tenantId, state, limit }: { readonly tenantId: string; readonly state: string | null; readonly limit: number },
): Promise<readonly ListedMail[]> {
  const { rows } = await tx.query<
    Omit<ListedMail, "to" | "queuedAt" | "endedAt"> & {
      readonly recipient: string;
      readonly queued_at: EpochMs;
      readonly ended_at: EpochMs | null;
    }
  >(
    `select id, recipient, subject, state, tries, fault, queued_at, ended_at from mails
     where tenant_id = $1 and ($2::text is null or state = $2) order by queued_at desc, id desc limit $3`,
    [tenantId, state, limit],
  );
  return rows.map(({ recipient, queued_at, ended_at, ...mail }) => ({
    ...{ ...mail, to: recipient, queuedAt: queued_at, endedAt: ended_at },
  }));
}
