import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { Database } from "../../src/server/db/database.ts";
import { importFile } from "../../src/server/mediation/import-file.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { tollwrightJson } from "../support/command-line.ts";
import { Operator } from "../support/operator.ts";

/** A finding as `cdr completeness --json` tells it. */
export interface FindingJson {
  readonly kind: string;
  readonly subject: string;
  readonly what: string;
  readonly fix: string;
  readonly count: number | null;
}

/** The part of the report's document that tests look at. */
export interface ReportJson {
  readonly complete: boolean;
  readonly archivedMonths: readonly string[];
  readonly uncountedMonths: readonly string[];
  readonly sources: readonly {
    readonly source: string;
    readonly counts: Readonly<Record<string, number>>;
    readonly files: readonly { readonly name: string; readonly withoutHour: number }[];
    readonly hours: readonly ({ readonly hour: string; readonly trunk: string } & Readonly<Record<string, number>>)[];
    readonly clock: {
      readonly offset: { readonly offsetMs: number; readonly zoneMinutes: number | null } | null;
    } | null;
    readonly totals: readonly { readonly differences: readonly object[] }[];
    readonly lastHeardAt: string | null;
    readonly findings: readonly FindingJson[];
  }[];
}

/** An operator with a source whose files come under names of their own. */
export class Site {
  readonly operator: Operator;

  private constructor(operator: Operator) {
    this.operator = operator;
  }

  static async create(db: Database): Promise<Site> {
    return new Site(await Operator.create(db));
  }

  /** A source whose every call has a price. */
  async source(name: string, format: string, settings: object): Promise<Source> {
    const source = await this.operator.source(name, format, settings);
    await this.operator.flatRate(source, "0.06");
    return source;
  }

  /** Imports text as a file of exactly this name. */
  async arrive(source: Source, name: string, text: string, receivedAt: string): Promise<void> {
    const dir = await mkdtemp(join(tmpdir(), "tollwright-arrive-"));
    try {
      const path = join(dir, name);
      await writeFile(path, text);
      await importFile(this.operator.db, { source, path, receivedAt: epochMs(Date.parse(receivedAt)) });
    } finally {
      await rm(dir, { recursive: true });
    }
  }

  /** Runs `tollwright … --json` as this operator. */
  command<Document>(...words: readonly string[]) {
    const { db, tenantId } = this.operator;
    return tollwrightJson<Document>([...words, "--tenant", `Tenant ${tenantId}`], { db });
  }

  async report(...words: readonly string[]): Promise<ReportJson> {
    return (await this.command<ReportJson>("cdr", "completeness", ...words)).document;
  }
}

/** A call of a test with its number among the switch's records. */
export interface NumberedCall {
  readonly number: number;
  /** Seconds after {@link FIRST_CALL}. */
  readonly atS: number;
  readonly talkedS: number;
}

export const FIRST_CALL = Date.UTC(2026, 2, 10, 8);

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

/** A switch whose files tests can write: its format, its settings, and a file of calls. */
export interface NumberingSwitch {
  readonly format: string;
  readonly settings: object;
  readonly file: (calls: readonly NumberedCall[]) => string;
}

/** Asterisk's table, exported with the sequence number of each record. */
const asteriskTable: NumberingSwitch = {
  format: "asterisk-db",
  settings: {},
  file: (calls) =>
    [
      "start,answer,end,src,dst,duration,billsec,disposition,channel,uniqueid,sequence",
      ...calls.map(({ number, atS, talkedS }) => {
        const at = FIRST_CALL + atS * 1_000;
        const times = [at, at + 5_000, at + 5_000 + talkedS * 1_000].map(stamp).join(",");
        return `${times},442079460018,14155550123,${talkedS + 5},${talkedS},ANSWERED,PJSIP/t${number % 3}-0001,${number}.1,${number}`;
      }),
      "",
    ].join("\n"),
};

/** Any switch by a mapping that names its number, with a trailer. */
const mappedSwitch: NumberingSwitch = {
  format: "mapped",
  settings: {
    mapping: {
      layout: { kind: "csv", delimiter: ";", columns: ["number", "start", "from", "to", "talked"], ragged: true },
      key: "number",
      sequence: { template: "SBC1-{number}" },
      calling: "from",
      called: "to",
      startedAt: { column: "start", format: "iso-8601" },
      talked: { column: "talked", unit: "s" },
      rows: { trailer: { when: { column: "number", equals: "END" }, records: "start", required: true } },
    },
  },
  file: (calls) =>
    [
      ...calls.map(({ number, atS, talkedS }) => {
        return `${number};${new Date(FIRST_CALL + atS * 1_000).toISOString()};442079460018;14155550123;${talkedS}`;
      }),
      `END;${calls.length}`,
      "",
    ].join("\n"),
};

export const SWITCHES: readonly [string, NumberingSwitch, string][] = [
  ["asterisk-db", asteriskTable, "{number}"],
  ["mapped", mappedSwitch, "{stream}-{number}"],
];
