import type { Rate } from "../../src/core/tariff/rate.ts";
import type { Database } from "../../src/server/db/database.ts";
import { loadRates } from "../../src/server/tariff/rate-store.ts";
import { findTariff } from "../../src/server/tariff/store.ts";
import { type Ran, tollwright, tollwrightJson } from "../support/command-line.ts";
import { Operator } from "../support/operator.ts";
import { writeTemporary } from "../support/temporary-file.ts";

/** The document of `rates import`, as far as tests look. */
export interface ImportDocument {
  readonly outcome: { readonly kind: string; readonly deckId?: string; readonly version?: number };
  readonly reading: { readonly counts: Readonly<Record<string, number>> };
  readonly comparison: {
    readonly against: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly findings: readonly { readonly code: string; readonly severity: string; readonly total: number }[];
    readonly increases: readonly { readonly prefix: string; readonly percent: string }[];
    readonly margins: { readonly belowCost: number; readonly lowest: readonly { readonly percent: string }[] } | null;
  };
  readonly rejects: { readonly total: number; readonly listed: readonly Readonly<Record<string, unknown>>[] };
}

/** Someone who works on one operator's rate decks, through the command line. */
export class DeckDesk {
  readonly db: Database;
  readonly operator: Operator;
  readonly tenantName: string;

  constructor(operator: Operator) {
    this.db = operator.db;
    this.operator = operator;
    this.tenantName = `Tenant ${operator.tenantId}`;
  }

  static async open(db: Database): Promise<DeckDesk> {
    return new DeckDesk(await Operator.create(db));
  }

  /** Runs `rates …` with text output; `at` is the time of the clock. */
  run(words: readonly string[], at?: string): Promise<Ran> {
    return tollwright(["--tenant", this.tenantName, "rates", ...words], this.given(at));
  }

  json<Document = ImportDocument>(
    words: readonly string[],
    at?: string,
  ): Promise<{ readonly status: number | null; readonly document: Document }> {
    return tollwrightJson<Document>(["--tenant", this.tenantName, "rates", ...words], this.given(at));
  }

  /** Writes a deck file of these lines under a header. */
  async deck(...lines: readonly string[]): Promise<string> {
    return await writeTemporary("deck.csv", ["Destination,Code,Rate,Increment,Effective,Status", ...lines].join("\n"));
  }

  file(name: string, content: string | Uint8Array): Promise<string> {
    return writeTemporary(name, content);
  }

  /** The rates of a version, default the newest. */
  async rates(tariffName: string, version?: number): Promise<readonly Rate[]> {
    const { tenantId } = this.operator;
    return await this.db.transaction("app", { tenantId }, async (tx) => {
      const tariff = await findTariff(tx, tenantId, tariffName);
      return await loadRates(tx, tariff.id, version ?? tariff.version);
    });
  }

  async version(tariffName: string): Promise<number> {
    const { tenantId } = this.operator;
    const tariff = await this.db.transaction("app", { tenantId }, (tx) => findTariff(tx, tenantId, tariffName));
    return tariff.version;
  }

  /** How much of everything about decks and tariffs there is. */
  stored(): Promise<Readonly<Record<string, number>>> {
    return this.operator.figures(
      `select (select count(*)::int from tariffs) as tariffs, (select count(*)::int from tariff_versions) as versions,
         (select count(*)::int from rates) as rates, (select count(*)::int from decks) as decks,
         (select count(*)::int from deck_rows) as rows, (select count(*)::int from deck_rejects) as rejects`,
    );
  }

  /** Where a command runs; `at` is the time of its clock. */
  given(at?: string) {
    const now = at === undefined ? {} : { surroundings: { now: () => Temporal.Instant.from(at) } };
    return { db: this.db, ...now };
  }
}

/** "93 0.21 30/6 2026-03-09 …", one line a rate: what a test compares. */
export const rateLines = (rates: readonly Rate[]): string[] =>
  rates.map((rate) => {
    const { prefix, ratePerUnit, effectiveFrom, effectiveTo, destination, blocked } = rate;
    const price = blocked ? "blocked" : `${Number(ratePerUnit.units) / 10 ** ratePerUnit.scale}`;
    return `${prefix} ${price} ${dayText(effectiveFrom)}..${effectiveTo === null ? "" : dayText(effectiveTo)} ${destination}`;
  });

const dayText = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString().slice(0, 10);
