import { type EpochMs, epochMs, toInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import type { TenantEvent } from "../events/event.ts";
import { recordEvents } from "../events/record-events.ts";
import { findSources } from "../mediation/find-sources.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import { type Alarm, type Cleared, clearAlarms, lockAlarms, raiseAlarms } from "./alarm-store.ts";
import type { Finding, Period } from "./finding.ts";
import { type ExaminedSource, gatherFindings } from "./gather-findings.ts";
import { findGrownQuarantine } from "./grown-quarantine.ts";

/** What a check changed. */
export interface AlarmChanges {
  readonly raised: readonly Alarm[];
  readonly cleared: readonly Alarm[];
}

const DAY_MS = 86_400_000;
/** How far back series of files and records are looked at. */
const SERIES_MS = 60 * DAY_MS;
/** How far back calls are counted and clocks compared, which takes longer. */
const COUNTED_MS = 8 * DAY_MS;

/**
 * Looks at all sources of a tenant, raises an alarm once for each trouble that is new and clears those that are over.
 * Several processes may check at once: one waits for the other, and then finds nothing new.
 */
export async function checkAlarms(db: Database, tenantId: string, now: EpochMs): Promise<AlarmChanges> {
  const sources = await findSources(db, tenantId);
  const period = { from: epochMs(now - SERIES_MS), until: epochMs(now + DAY_MS) };
  const countedPeriod = { from: epochMs(now - COUNTED_MS), until: period.until };
  return await db.transaction("app", { tenantId }, async (tx) => {
    await lockAlarms(tx, tenantId);
    const periods = { period, totalsPeriod: countedPeriod, clockPeriod: countedPeriod };
    const examined = await gatherFindings(tx, { tenantId, sources, examined: sources, ...periods, now });
    const grown = await findGrownQuarantine(tx, { tenantId, sources, now });
    const findings = [...examined.flatMap((source) => source.findings), ...grown];
    const raised = await raiseAlarms(tx, tenantId, onePerSubject(findings));
    const cleared: Alarm[] = [];
    for (const source of examined) {
      const present = findings.filter(({ sourceId }) => sourceId === source.source.id);
      cleared.push(...(await clearOf(tx, { ...source, findings: present }, { period, countedPeriod })));
    }
    await recordEvents(tx, tenantId, [...raised.map(raisedEvent), ...cleared.map(clearedEvent)]);
    return { raised, cleared };
  });
}

/** Two kinds of alarm have kinds of events of their own, so that somebody may ask for them alone. */
function raisedEvent({ id: objectId, kind: alarm, source, subject, what, fix, at }: Alarm): TenantEvent {
  const event = { accountId: null, objectId } as const;
  if (alarm === "source-silent")
    return { ...event, kind: alarm, data: { source, since: toInstant(at).toString(), what, fix } };
  if (alarm === "quarantine-grown") return { ...event, kind: alarm, data: { source, what, fix } };
  return { ...event, kind: "alarm-raised", data: { alarm, source, subject, what, fix } };
}

const clearedEvent = ({ id: objectId, kind: alarm, source, subject }: Alarm): TenantEvent => ({
  ...{ kind: "alarm-cleared", accountId: null, objectId, data: { alarm, source, subject } },
});

/** {@link checkAlarms} of every tenant. */
export async function checkAllAlarms(db: Database, now: EpochMs): Promise<AlarmChanges> {
  const [raised, cleared]: [Alarm[], Alarm[]] = [[], []];
  for (const { id } of await findTenants(db)) {
    const changes = await checkAlarms(db, id, now);
    raised.push(...changes.raised);
    cleared.push(...changes.cleared);
  }
  return { raised, cleared };
}

/** Two lives of one counter can miss the same number. */
const onePerSubject = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [`${finding.sourceId} ${finding.kind} ${finding.subject}`, finding])).values(),
];

async function clearOf(
  tx: Tx,
  { source, findings, clock }: ExaminedSource,
  { period, countedPeriod }: { readonly period: Period; readonly countedPeriod: Period },
): Promise<readonly Alarm[]> {
  const looked: Omit<Cleared, "sourceId" | "present">[] = [
    { kind: "files-missing", since: period.from },
    { kind: "records-missing", since: period.from },
    { kind: "trailer-wrong", since: period.from },
    { kind: "totals-differ", since: countedPeriod.from },
    { kind: "source-silent", since: null },
    { kind: "quarantine-grown", since: null },
  ];
  // A clock that could not be compared may be as wrong as before.
  if (clock === null || clock.offset !== null) looked.push({ kind: "clock-off", since: null });
  const cleared: Alarm[] = [];
  for (const { kind, since } of looked) {
    const present = findings.filter((finding) => finding.kind === kind).map(({ subject }) => subject);
    cleared.push(...(await clearAlarms(tx, { sourceId: source.id, kind, since, present })));
  }
  return cleared;
}
