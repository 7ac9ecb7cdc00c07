import { invariant } from "../../core/invariant.ts";
import { formatDecimal } from "../../core/money/decimal.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { RateKey } from "../../decks/diff/deck-diff.ts";
import { type BinaryCopy, copyBody } from "../db/binary-copy.ts";
import { copyIn } from "../db/copy-in.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import { slotsFromJson, slotsToJson, storedDecimal } from "./terms-json.ts";

interface RateRow {
  readonly prefix: string;
  readonly time_window: string;
  readonly origin: string;
  readonly effective_from: EpochMs;
  readonly effective_to: EpochMs | null;
  readonly destination: string;
  readonly blocked: boolean;
  readonly rate: string;
  readonly unit_s: number;
  readonly first_s: number;
  readonly next_s: number;
  readonly slots: Parameters<typeof slotsFromJson>[0] | null;
  readonly connect_fee: string;
  readonly minimum_s: number;
  readonly free_s: number;
  readonly minimum_cost: string | null;
  readonly maximum_cost: string | null;
  readonly at_maximum_cost: "free" | "disconnect" | null;
}

/** What a rate says beyond its key, its end and its name: a revision of it copies these. */
const TERMS = `blocked, rate, unit_s, first_s, next_s, slots, connect_fee, minimum_s, free_s, minimum_cost,
  maximum_cost, at_maximum_cost`;

const OF_VERSION = "tariff_id = $1 and version_from <= $2 and (version_to is null or version_to > $2)";

function rateOf(row: RateRow): Rate {
  return {
    prefix: row.prefix,
    destination: row.destination,
    blocked: row.blocked,
    ratePerUnit: storedDecimal(row.rate),
    unitS: row.unit_s,
    increments: { firstS: row.first_s, nextS: row.next_s },
    slots: row.slots === null ? [] : slotsFromJson(row.slots),
    connectFee: storedDecimal(row.connect_fee),
    minimumS: row.minimum_s,
    freeS: row.free_s,
    minimumCost: row.minimum_cost === null ? null : storedDecimal(row.minimum_cost),
    maximumCost: row.maximum_cost === null ? null : storedDecimal(row.maximum_cost),
    ...(row.at_maximum_cost === null ? {} : { atMaximumCost: row.at_maximum_cost }),
    window: row.time_window === "" ? null : row.time_window,
    ...(row.origin === "" ? {} : { origin: row.origin }),
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
  };
}

/** A rate without its prefix, and all prefixes that have it. */
export interface RateGroup {
  readonly terms: Omit<Rate, "prefix">;
  readonly prefixes: readonly string[];
}

/**
 * The rates of one version, past and future ones included, equal ones of several prefixes together: a deck prices
 * destinations, so there is a row for some twenty prefixes to be parsed here. In chunks of `chunkRows` groups; between
 * two of them whatever else the process has to do gets its turn. One at a time in a transaction.
 */
export async function* rateGroups(
  tx: Tx,
  { tariffId, version, chunkRows }: { readonly tariffId: string; readonly version: number; readonly chunkRows: number },
): AsyncGenerator<readonly RateGroup[]> {
  invariant(Number.isSafeInteger(chunkRows) && chunkRows > 0, `a chunk has whole rows, got ${chunkRows}`);
  const terms = `time_window, origin, effective_from, effective_to, destination, ${TERMS}`;
  await tx.query(
    `declare rate_groups no scroll cursor for
     select string_agg(prefix, ' ') as prefixes, ${terms} from rates where ${OF_VERSION} group by ${terms}`,
    [tariffId, version],
  );
  for (;;) {
    const { rows } = await tx.query<Omit<RateRow, "prefix"> & { readonly prefixes: string }>(
      `fetch ${chunkRows} from rate_groups`,
    );
    yield rows.map(({ prefixes, ...row }) => ({
      terms: rateOf({ ...row, prefix: "" }),
      prefixes: prefixes.split(" "),
    }));
    if (rows.length < chunkRows) break;
  }
  await tx.query("close rate_groups");
}

/** The rates of one version, past and future ones included, by prefix; those of prefixes that begin with `prefix`. */
export async function loadRates(tx: Tx, tariffId: string, version: number, prefix = ""): Promise<readonly Rate[]> {
  const { rows } = await tx.query<RateRow>(
    `select prefix, origin, time_window, effective_from, effective_to, destination, ${TERMS} from rates
     where ${OF_VERSION} and prefix >= $3 and prefix < $4
     order by prefix, origin, time_window, effective_from`,
    [tariffId, version, prefix, `${prefix}~`], // "~" stands behind all that a prefix is made of, under collation C
  );
  return rows.map(rateOf);
}

/** Ends one rate at `at`; `at` equal to its own `effectiveFrom` withdraws it. */
export interface RateClosing extends RateKey {
  readonly at: EpochMs;
}

export interface RateRenaming extends RateKey {
  readonly destination: string;
}

/** What a version changes in the rates of the one before. Every key names a rate that is there. */
export interface RateChanges {
  readonly closings: readonly RateClosing[];
  readonly renames?: readonly RateRenaming[];
  readonly rates: readonly Rate[];
}

interface VersionKey {
  readonly tenantId: string;
  readonly tariffId: string;
  readonly version: number;
}

/** Writes what `version` changes. Rates of earlier versions stay as they are, but for the note where they ended. */
export async function changeRates(tx: BulkTx, changes: RateChanges, key: VersionKey): Promise<void> {
  await reviseRates(tx, changes, key);
  await insertRates(tx, changes.rates, key);
}

/** A rate that ends at another time, or has a new name, ends with the version before and goes on as a copy. */
async function reviseRates(tx: BulkTx, changes: RateChanges, { tariffId, version }: VersionKey): Promise<void> {
  const revisions = mergeRevisions(changes);
  if (revisions.length === 0) return;
  await tx.query(`create temp table stage_revisions (prefix text collate "C", time_window text,
    origin text, effective_from timestamptz, ends_at timestamptz, new_name text) on commit drop`);
  const body = copyBody(revisions, writeRevision);
  await copyIn(tx, "copy stage_revisions from stdin (format binary)", body);
  await tx.query("analyze stage_revisions"); // unknown, its size would make a nested loop of the join
  const { rows } = await tx.query<{ revised: number }>(
    `with revised as (
       update rates r set version_to = $2 from stage_revisions s
       where r.tariff_id = $1 and r.version_to is null
         and r.prefix = s.prefix and r.time_window = s.time_window and r.origin = s.origin
         and r.effective_from = s.effective_from
       returning r.*, s.ends_at, s.new_name
     ), kept as (
       insert into rates (tenant_id, tariff_id, prefix, time_window, origin, effective_from, effective_to,
         version_from, destination, ${TERMS})
       select tenant_id, tariff_id, prefix, time_window, origin, effective_from, coalesce(ends_at, effective_to), $2,
         coalesce(new_name, destination), ${TERMS}
       from revised where ends_at is null or ends_at > effective_from
     )
     select count(*)::int as revised from revised`,
    [tariffId, version],
  );
  const revised = rows[0]?.revised;
  invariant(revised === revisions.length, `${revisions.length} rates are to change, and ${revised} of them are there`);
  await tx.query("drop table stage_revisions"); // one transaction may publish several tariffs
}

function writeRevision(copy: BinaryCopy, { prefix, window, origin, effectiveFrom, at, destination }: Revision): void {
  copy.row(6);
  copy.text(prefix);
  copy.text(window ?? "");
  copy.text(origin ?? "");
  copy.timestamptz(effectiveFrom);
  copy.timestamptz(at);
  copy.text(destination);
}

interface Revision extends RateKey {
  /** null: it ends when it did. */
  readonly at: EpochMs | null;
  /** null: it keeps its name. */
  readonly destination: string | null;
}

/** A rate may be closed and renamed at once. */
function mergeRevisions({ closings, renames = [] }: RateChanges): Revision[] {
  const revisions = new Map<string, Revision>();
  const keyOf = ({ prefix, window, origin, effectiveFrom }: RateKey) =>
    JSON.stringify([prefix, window, origin ?? null, effectiveFrom]);
  for (const closing of closings) revisions.set(keyOf(closing), { ...closing, destination: null });
  for (const { prefix, window, origin = null, effectiveFrom, destination } of renames) {
    const key = { prefix, window, origin, effectiveFrom };
    revisions.set(keyOf(key), { ...key, at: revisions.get(keyOf(key))?.at ?? null, destination });
  }
  return [...revisions.values()];
}

async function insertRates(tx: BulkTx, rates: readonly Rate[], key: VersionKey): Promise<void> {
  if (rates.length === 0) return;
  await tx.query(`create temp table stage_rates (
    prefix text, time_window text, origin text, effective_from timestamptz, effective_to timestamptz, destination text,
    blocked boolean, rate text, unit_s integer, first_s integer, next_s integer, slots text, connect_fee text,
    minimum_s integer, free_s integer, minimum_cost text, maximum_cost text, at_maximum_cost text) on commit drop`);
  await copyIn(tx, "copy stage_rates from stdin (format binary)", copyBody(rates, writeRate));
  await tx.query(
    `insert into rates (tenant_id, tariff_id, version_from, prefix, time_window, origin, effective_from, effective_to,
       destination, ${TERMS})
     select $1, $2, $3, prefix, time_window, origin, effective_from, effective_to, destination, blocked, rate::numeric,
       unit_s, first_s, next_s, slots::jsonb, connect_fee::numeric, minimum_s, free_s, minimum_cost::numeric,
       maximum_cost::numeric, at_maximum_cost
     from stage_rates`,
    [key.tenantId, key.tariffId, key.version],
  );
  await tx.query("drop table stage_rates");
}

function writeRate(copy: BinaryCopy, rate: Rate): void {
  copy.row(18);
  copy.text(rate.prefix);
  copy.text(rate.window ?? "");
  copy.text(rate.origin ?? "");
  copy.timestamptz(rate.effectiveFrom);
  copy.timestamptz(rate.effectiveTo);
  copy.text(rate.destination);
  copy.bool(rate.blocked);
  copy.text(formatDecimal(rate.ratePerUnit));
  copy.int4(rate.unitS);
  copy.int4(rate.increments.firstS);
  copy.int4(rate.increments.nextS);
  copy.text(rate.slots.length === 0 ? null : JSON.stringify(slotsToJson(rate.slots)));
  copy.text(formatDecimal(rate.connectFee));
  copy.int4(rate.minimumS);
  copy.int4(rate.freeS);
  copy.text(rate.minimumCost && formatDecimal(rate.minimumCost));
  copy.text(rate.maximumCost && formatDecimal(rate.maximumCost));
  copy.text(rate.atMaximumCost ?? null);
}
