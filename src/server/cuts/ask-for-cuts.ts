import { unpaidSessions } from "../../core/charging/unpaid-sessions.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import type { CutReason } from "./cut.ts";
import {
  findBeyondGrant,
  findHolding,
  findOverheld,
  insertCuts,
  lockForCuts,
  lockLooking,
  type WantedCut,
} from "./cut-store.ts";

/** How many sessions are to be ended that nobody asked about, by reason. */
export interface AskedCuts {
  readonly beyondGrant: number;
  readonly unpaid: number;
}

/** Seconds by which a report may be late before its call is taken to go on beyond its grant. */
const GRACE_S = 10;
/** Sessions, and accounts, of one look. */
const LOOK_MAX = 1_000;

/**
 * Asks for the end of sessions that have gone on beyond their grant without a new one, and of those that an account's
 * money no longer pays for: it was withdrawn, its credit was lowered, or records that came by themselves used it up.
 * Does nothing while another process looks. `reportS`: how long a session may be silent beyond its grant; false as
 * `seesBeyond`: reports may be missing, so nobody is taken to have gone on beyond a grant.
 */
export async function askForCuts(
  db: Database,
  { reportS, seesBeyond }: { readonly reportS: number; readonly seesBeyond: boolean },
): Promise<AskedCuts> {
  return await db.transaction("ingest", {}, async (tx) => {
    if (!(await lockLooking(tx))) return { beyondGrant: 0, unpaid: 0 };
    const beyond = seesBeyond ? await findBeyondGrant(tx, { reportS, graceS: GRACE_S, limit: LOOK_MAX }) : [];
    const unpaid = await findUnpaid(tx);
    await lockForCuts(
      tx,
      [...beyond, ...unpaid].map(({ id: sessionId }) => ({ sessionId })),
    );
    return {
      beyondGrant: await ask(tx, "grant-exceeded", beyond),
      unpaid: await ask(tx, "money-ended", unpaid),
    };
  });
}

/** What is to end, and in which words it is asked for. */
interface Found {
  readonly id: string;
  readonly tenantId: string;
  readonly why?: string;
}

async function findUnpaid(tx: Tx): Promise<readonly Found[]> {
  const unpaid = new Map<string, Found>();
  for (const account of await findOverheld(tx, LOOK_MAX)) {
    const { tenantId, code, available } = account;
    const holding = await findHolding(tx, account);
    const asked = new Set(holding.flatMap(({ id, isAsked }) => (isAsked ? [id] : [])));
    for (const id of unpaidSessions(available, holding))
      if (!asked.has(id))
        unpaid.set(id, { id, tenantId, why: `The money of account "${code}" no longer pays for it.` });
  }
  return [...unpaid.values()];
}

async function ask(tx: Tx, reason: CutReason, found: readonly Found[]): Promise<number> {
  let count = 0;
  for (const [tenantId, ofTenant] of [...Map.groupBy(found, (one) => one.tenantId)].sort()) {
    const wanted = ofTenant.map(
      ({ id, why = "It has gone on beyond what was granted." }): WantedCut => ({ sessionId: id, why }),
    );
    count += (await insertCuts(tx, { tenantId, reason, askedBy: "charging" }, wanted)).length;
  }
  return count;
}
