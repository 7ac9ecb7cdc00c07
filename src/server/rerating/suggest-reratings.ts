import { DAY_MS } from "../../core/time/civil-day.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { findSources } from "../mediation/find-sources.ts";
import { loadRatingContext, type RatingContext } from "../rating/rating-context.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import { previewRerating, type ReratingPreview } from "./preview-rerating.ts";
import { suggestionUnknown } from "./problems.ts";
import { withDerived } from "./read-selection.ts";
import type { ReratingOptions, Selection } from "./selection.ts";
import { closeChanges, listOpenChanges, nextRateDate, type OpenChange } from "./setting-change-store.ts";

/** A change of a setting that would change past charges, and what to re-rate for it. */
export interface Suggestion {
  readonly id: string;
  readonly changedAt: EpochMs;
  /** 'Version 3 of tariff "retail" prices calls from 2026-03-01T00:00:00Z on otherwise.' */
  readonly what: string;
  /** The options of `tollwright cdr rerate` that select the calls. */
  readonly options: string;
  readonly preview: ReratingPreview;
}

/** How far back calls are looked at for rules and sources, which have no times of their own. */
export const LOOK_BACK_DAYS = 92;

/**
 * What back-dated tariffs, assignments, exchange rates, rules and sources would change of what is charged, change by
 * change, the oldest first. Every change is computed on the calls that it can concern; one that concerns none any more,
 * because nothing differs or a re-rating has seen to it, is settled and never computed again; unless some of them have
 * no price today and may have one later.
 */
export async function suggestReratings(
  db: Database,
  { tenantId, now, author }: { readonly tenantId: string; readonly now: EpochMs; readonly author: string },
): Promise<readonly Suggestion[]> {
  const names = await loadNames(db, tenantId);
  const changes = await db.transaction("app", { tenantId }, (tx) => listOpenChanges(tx, tenantId));
  const suggestions: Suggestion[] = [];
  const settled: string[] = [];
  for (const change of changes) {
    const asked = await db.transaction("app", { tenantId }, (tx) => askedFor(tx, names, change, now));
    const { selection, options } = asked;
    const request = { tenantId, selection: { ...NO_SELECTION, ...selection }, options: { ...NO_OPTIONS, ...options } };
    const preview = await previewRerating(db, request, { examples: 0 });
    const { id, changedAt } = change;
    if (preview.changed > 0)
      suggestions.push({ id, changedAt, what: asked.what, options: optionsText(names, asked), preview });
    else if (preview.kept.length === 0) settled.push(id);
  }
  if (settled.length > 0)
    await db.transaction("app", { tenantId }, (tx) =>
      closeChanges(tx, tenantId, { ids: settled, state: "settled", author }),
    );
  return suggestions;
}

/**
 * Gives a suggestion up: it is not listed again.
 *
 * @throws Problem `rerating-suggestion-unknown`.
 */
export async function dismissSuggestion(
  db: Database,
  { id, actor }: { readonly id: string; readonly actor: Actor },
): Promise<void> {
  const { tenantId } = actor;
  const isNumber = /^\d{1,18}$/.test(id);
  const closed = !isNumber
    ? 0
    : await db.transaction("app", { tenantId }, async (tx) => {
        const count = await closeChanges(tx, tenantId, { ids: [id], state: "dismissed", author: actor.name });
        const object = { kind: "re-rating-suggestion", id, name: id };
        const entry = { action: "re-rating.suggestion-dismissed", object, before: null, after: null, reason: null };
        if (count > 0) await recordAudit(tx, actor, [entry]);
        return count;
      });
  if (closed === 0) throw suggestionUnknown({ id });
}

/** How many changes that reach into the past nobody has looked at yet. */
export async function countOpenChanges(db: Database, tenantId: string): Promise<number> {
  return (await db.transaction("app", { tenantId }, (tx) => listOpenChanges(tx, tenantId))).length;
}

const NO_SELECTION: Selection = {
  ...{ from: null, to: null, accounts: null, tariffs: null, sides: null, prefix: null, destination: null },
  ...{ sourceId: null, currency: null, beforeEpoch: null },
};

const NO_OPTIONS: ReratingOptions = { findParties: false, takeBackExcluded: false, renewDescriptions: false };

/** What ids of a change are called. */
interface Names {
  readonly tenantId: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly context: RatingContext;
  readonly sources: ReadonlyMap<string, string>;
}

async function loadNames(db: Database, tenantId: string): Promise<Names> {
  const context = await db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null));
  const tenant = (await findTenants(db)).find(({ id }) => id === tenantId);
  const sources = new Map((await findSources(db, tenantId)).map(({ id, name }) => [id, name]));
  return { tenantId, currency: tenant?.currency ?? "", timeZone: tenant?.timeZone ?? "UTC", context, sources };
}

interface Asked {
  readonly what: string;
  readonly selection: Partial<Selection>;
  readonly options?: Partial<ReratingOptions>;
}

/** The calls that a change can concern. */
async function askedFor(tx: Tx, names: Names, { setting }: OpenChange, now: EpochMs): Promise<Asked> {
  const { context } = names;
  const lately = epochMs(now - LOOK_BACK_DAYS * DAY_MS);
  switch (setting.kind) {
    case "tariff": {
      const { tariffId, number, epoch: beforeEpoch, from } = setting;
      const when = from === null ? "calls of any time" : `calls from ${timeOf(from)} on`;
      const what = `Version ${number} of tariff "${tariffName(context, tariffId)}" prices ${when} otherwise.`;
      return { what, selection: { tariffs: withDerived(context, [tariffId]), from, beforeEpoch } };
    }
    case "assignment": {
      const { accountId, from } = setting;
      const assignments = context.assignments.get(accountId) ?? [];
      const to = assignments.findLast(({ effectiveFrom }) => effectiveFrom > from)?.effectiveFrom ?? null;
      const what = `Account "${accountCode(context, accountId)}" buys at another tariff from ${timeOf(from)} on.`;
      return { what, selection: { accounts: [accountId], from, to } };
    }
    case "exchange-rate": {
      const { base, quote, date } = setting;
      const next = await nextRateDate(tx, names.tenantId, setting);
      const dayOf = (day: string) => parseInstant(day, names.timeZone) ?? null;
      const currency = base === names.currency ? quote : base;
      const what = `The exchange rate of ${base}/${quote} from ${date} on is another.`;
      return { what, selection: { currency, from: dayOf(date), to: next === null ? null : dayOf(next) } };
    }
    case "rules":
      return {
        what: "Account rules or vendors' trunks changed: calls may be somebody else's.",
        selection: { from: lately },
        options: { findParties: true },
      };
    case "source": {
      const what = `Source "${names.sources.get(setting.sourceId) ?? ""}" counts other legs or directions as usage.`;
      return { what, selection: { sourceId: setting.sourceId, from: lately }, options: { takeBackExcluded: true } };
    }
    default:
      return setting satisfies never;
  }
}

const tariffName = ({ tariffs }: RatingContext, id: string): string => tariffs.tariffs.get(id)?.tariff.name ?? id;
const accountCode = ({ accounts }: RatingContext, id: string): string => accounts.get(id)?.code ?? id;
const timeOf = (at: EpochMs): string => Temporal.Instant.fromEpochMilliseconds(at).toString();

/** What selects these calls on the command line. */
function optionsText({ context, sources }: Names, { selection, options }: Asked): string {
  const quoted = (text: string) => (/^[\w.-]+$/.test(text) ? text : JSON.stringify(text));
  const named = [
    ...(selection.tariffs ?? []).slice(0, 1).map((id) => `--tariff ${quoted(tariffName(context, id))}`),
    ...(selection.accounts ?? []).map((id) => `--account ${quoted(accountCode(context, id))}`),
    ...(selection.sourceId ? [`--source ${quoted(sources.get(selection.sourceId) ?? "")}`] : []),
    ...(selection.currency ? [`--currency ${selection.currency}`] : []),
    ...(selection.from ? [`--from ${timeOf(selection.from)}`] : []),
    ...(selection.to ? [`--to ${timeOf(selection.to)}`] : []),
    ...(options?.findParties ? ["--find-parties"] : []),
    ...(options?.takeBackExcluded ? ["--take-back-excluded"] : []),
  ];
  return named.join(" ");
}
