import { formatDecimal } from "../../core/money/decimal.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { DeckReading, DeckRow, RejectedRow } from "../../decks/deck-row.ts";
import type { ChangeKind } from "../../decks/diff/deck-diff.ts";
import { type BinaryCopy, copyBody } from "../db/binary-copy.ts";
import { copyIn } from "../db/copy-in.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import type { DeckSettings } from "./deck-settings.ts";
import { slotsFromJson, slotsToJson, storedDecimal } from "./terms-json.ts";

/** What reading a deck's file found out, without its rows. Drafts of before decks had zones have none. */
export type DeckFacts = Pick<DeckReading, "counts" | "detected" | "warnings"> & Partial<Pick<DeckReading, "zones">>;

/** What publishing a draft would have done when it was last shown. */
export interface DeckPreviewNote {
  /** The version it was compared with; 0: the tariff had none. */
  readonly against: number;
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Of every operation and blocking finding. */
  readonly digest: string;
}

/** An imported deck without its rows. */
export interface Deck {
  readonly id: string;
  readonly tariffName: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly settings: DeckSettings;
  readonly state: "draft" | "published" | "discarded";
  readonly receivedAt: EpochMs;
  readonly reading: DeckFacts;
  readonly preview: DeckPreviewNote;
  readonly publishedVersion: number | null;
  readonly findingsAccepted: number | null;
  readonly createdAt: EpochMs;
  readonly createdBy: string;
}

const DECK = `
  select d.id, t.name as "tariffName", d.file_name as "fileName", d.sha256, d.settings, d.state,
    d.received_at as "receivedAt", d.reading, d.preview, d.published_version as "publishedVersion",
    d.findings_accepted as "findingsAccepted", d.created_at as "createdAt", d.created_by as "createdBy"
  from decks d join tariffs t on t.id = d.tariff_id`;

export async function loadDeck(tx: Tx, tenantId: string, id: string): Promise<Deck | undefined> {
  const { rows } = await tx.query<Deck>(`${DECK} where d.tenant_id = $1 and d.id = $2`, [tenantId, id]);
  return rows[0];
}

/** Newest first. */
export async function listDrafts(tx: Tx, tenantId: string): Promise<readonly Deck[]> {
  const { rows } = await tx.query<Deck>(`${DECK} where d.tenant_id = $1 and d.state = 'draft' order by d.id desc`, [
    tenantId,
  ]);
  return rows;
}

/** The draft of the same bytes for the same tariff under the same settings. */
export async function findSameDraft(
  tx: Tx,
  tariffId: string,
  { sha256, settings }: Pick<Deck, "sha256" | "settings">,
): Promise<Deck | undefined> {
  const { rows } = await tx.query<Deck>(
    `${DECK} where d.tariff_id = $1 and d.sha256 = $2 and d.settings = $3::jsonb and d.state = 'draft'`,
    [tariffId, sha256, JSON.stringify(settings)],
  );
  return rows[0];
}

/** A deck to be stored as a draft. */
export interface NewDeck
  extends Omit<Deck, "tariffName" | "state" | "publishedVersion" | "findingsAccepted" | "createdAt"> {
  readonly tenantId: string;
  readonly tariffId: string;
}

export async function insertDeck(tx: BulkTx, deck: NewDeck, { rows, rejected }: DeckReading): Promise<void> {
  const json = [deck.settings, deck.reading, deck.preview].map((part) => JSON.stringify(part));
  await tx.query(
    `insert into decks (tenant_id, id, tariff_id, file_name, sha256, received_at, created_by, settings, reading,
      preview)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[deck.tenantId, deck.id, deck.tariffId, deck.fileName, deck.sha256, timestampToSql(deck.receivedAt)],
      ...[deck.createdBy, ...json],
    ],
  );
  await insertRows(tx, deck, rows);
  await insertRejects(tx, deck, rejected);
}

export async function savePreview(tx: Tx, id: string, preview: DeckPreviewNote): Promise<void> {
  await tx.query("update decks set preview = $2 where id = $1", [id, JSON.stringify(preview)]);
}

export async function markPublished(
  tx: Tx,
  id: string,
  { version, findingsAccepted }: { readonly version: number; readonly findingsAccepted: number },
): Promise<void> {
  await tx.query("update decks set state = 'published', published_version = $2, findings_accepted = $3 where id = $1", [
    id,
    version,
    findingsAccepted,
  ]);
}

/** The rows go; that the deck came, and what it was, stays. */
export async function markDiscarded(tx: Tx, id: string): Promise<void> {
  await tx.query("update decks set state = 'discarded' where id = $1", [id]);
  await tx.query("delete from deck_rows where deck_id = $1", [id]);
  await tx.query("delete from deck_rejects where deck_id = $1", [id]);
}

const ROW_COLUMNS = `number, line, prefix, code_text, destination, kind, status, rate, unit_s, written_decimals,
  first_s, next_s, connect_fee, effective_from, effective_to, currency, comment, origin, slots`;

/** COPY into a table under row-level security is refused: the rows go through a temporary one. */
async function insertRows(tx: BulkTx, { tenantId, id }: NewDeck, rows: readonly DeckRow[]): Promise<void> {
  await tx.query(`create temp table stage_deck_rows (number integer, line integer, prefix text, code_text text,
    destination text, kind text, status text, rate text, unit_s integer, written_decimals integer, first_s integer,
    next_s integer, connect_fee text, effective_from timestamptz, effective_to timestamptz, currency text, comment text,
    origin text, slots text)
    on commit drop`);
  const body = copyBody(rows.entries(), writeRow);
  await copyIn(tx, "copy stage_deck_rows from stdin (format binary)", body);
  await tx.query(
    `insert into deck_rows (tenant_id, deck_id, ${ROW_COLUMNS})
     select $1, $2, number, line, prefix, code_text, destination, kind, status, rate::numeric, unit_s, written_decimals,
       first_s, next_s, connect_fee::numeric, effective_from, effective_to, currency, comment, origin, slots::jsonb
     from stage_deck_rows`,
    [tenantId, id],
  );
  await tx.query("drop table stage_deck_rows");
}

function writeRow(copy: BinaryCopy, [number, row]: readonly [number, DeckRow]): void {
  copy.row(19);
  copy.int4(number);
  copy.int4(row.line);
  copy.text(row.prefix);
  copy.text(row.codeText);
  copy.text(row.destination);
  copy.text(row.kind);
  copy.text(row.status);
  copy.text(formatDecimal(row.ratePerUnit));
  copy.int4(row.unitS);
  copy.int4(row.writtenDecimals);
  copy.int4(row.increments.firstS);
  copy.int4(row.increments.nextS);
  copy.text(formatDecimal(row.connectFee));
  copy.timestamptz(row.effectiveFrom);
  copy.timestamptz(row.effectiveTo);
  copy.text(row.currency);
  copy.text(row.comment);
  copy.text(row.origin);
  copy.text(row.slots === null ? null : JSON.stringify(slotsToJson(row.slots)));
}

async function insertRejects(tx: Tx, { tenantId, id }: NewDeck, rejected: readonly RejectedRow[]): Promise<void> {
  if (rejected.length === 0) return;
  const clean = (text: string) => text.replaceAll("\0", "\uFFFD"); // PostgreSQL text holds no NUL
  await tx.query(
    `insert into deck_rejects (tenant_id, deck_id, number, line, raw, code, what, fix)
     select $1, $2, ordinality, line, raw, code, what, fix
     from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[])
       with ordinality as t (line, raw, code, what, fix, ordinality)`,
    [
      ...[tenantId, id, rejected.map(({ line }) => line), rejected.map(({ raw }) => clean(raw))],
      ...[rejected.map(({ reject }) => reject.code), rejected.map(({ reject }) => clean(reject.what))],
      rejected.map(({ reject }) => reject.fix),
    ],
  );
}

interface StoredRow extends Omit<DeckRow, "ratePerUnit" | "connectFee" | "increments" | "slots"> {
  readonly rate: string;
  readonly connectFee: string;
  readonly firstS: number;
  readonly nextS: number;
  readonly slots: Parameters<typeof slotsFromJson>[0] | null;
}

/** The rows that could be read, in the order of the file. */
export async function loadDeckRows(tx: Tx, id: string): Promise<DeckRow[]> {
  const { rows } = await tx.query<StoredRow>(
    `select line, prefix, code_text as "codeText", destination, kind, status, rate, unit_s as "unitS",
       written_decimals as "writtenDecimals", first_s as "firstS", next_s as "nextS", connect_fee as "connectFee",
       effective_from as "effectiveFrom", effective_to as "effectiveTo", currency, comment, origin,
       slots
     from deck_rows where deck_id = $1 order by number`,
    [id],
  );
  return rows.map(({ rate, connectFee, firstS, nextS, slots, ...row }) => ({
    ...row,
    ratePerUnit: storedDecimal(rate),
    connectFee: storedDecimal(connectFee),
    increments: { firstS, nextS },
    slots: slots === null ? null : slotsFromJson(slots),
  }));
}

/** The rows that could not, in the order of the file. */
export async function loadRejects(tx: Tx, id: string): Promise<RejectedRow[]> {
  const { rows } = await tx.query<Pick<RejectedRow, "line" | "raw"> & RejectedRow["reject"]>(
    "select line, raw, code, what, fix from deck_rejects where deck_id = $1 order by number",
    [id],
  );
  return rows.map(({ line, raw, ...reject }) => ({ line, raw, reject }));
}
