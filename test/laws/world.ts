import { rm } from "node:fs/promises";
import fc from "fast-check";
import { nanos } from "../../src/core/money/nanos.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { Database } from "../../src/server/db/database.ts";
import { type ImportRequest, importFile } from "../../src/server/mediation/import-file.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { anyRate, Operator } from "../support/operator.ts";
import {
  FREESWITCH_MAPPING,
  freeswitchRow,
  KAMAILIO_HEADER,
  kamailioRows,
  type MadeCall,
} from "../support/switch-files.ts";
import { writeTemporary } from "../support/temporary-file.ts";
import { brokenLaws, type TenantState, tenantState } from "../support/tenant-state.ts";

const MONTH_END = Date.UTC(2026, 2, 1);
const RECEIVED_AT = epochMs(Date.UTC(2026, 4, 1));
const DAY_S = 86_400;

export const ZONES = ["UTC", "Europe/Rome", "America/New_York"] as const;
export const SWITCHES = ["gateway", "proxy"] as const;
export type SwitchName = (typeof SWITCHES)[number];

/** What an operator may have set wrong. */
export interface Settings {
  readonly timeZone: (typeof ZONES)[number];
  /** Whose calls carry the account code "moving". */
  readonly owner: "postpaid" | "prepaid" | "reselling";
}

export const anySettings: fc.Arbitrary<Settings> = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  owner: fc.constantFrom("postpaid", "prepaid", "reselling"),
});

/** One row of a switch's file. */
export interface Row {
  readonly switch: SwitchName;
  readonly text: string;
}

const anyMadeCall = fc.record({
  calling: fc.constantFrom("442079460018", "4930123456"),
  called: fc.constantFrom("14155550123", "442079460018", "4930901820", "81312345678"),
  startedAt: fc.integer({ min: -3 * DAY_S, max: 3 * DAY_S }).map((offsetS) => MONTH_END + offsetS * 1_000),
  ringS: fc.integer({ min: 0, max: 30 }),
  talkedS: fc.option(fc.integer({ min: 1, max: 4_000 }), { freq: 4 }),
  account: fc.constantFrom("postpaid", "prepaid", "reselling", "moving", "unknown"),
  gateway: fc.constantFrom("carrier", "elsewhere", ""),
});

/**
 * A call through one switch, in the rows that it leaves there; a row may be broken, missing or repeated with other
 * fields.
 */
const anyCallRows = fc
  .record({
    call: anyMadeCall,
    switch: fc.constantFrom(...SWITCHES),
    fault: fc.constantFrom("none", "none", "none", "broken", "other-leg", "half", "repeat"),
  })
  .map(({ call, fault, ...rest }) => (key: string): Row[] => {
    const rowsOf = rest.switch === "gateway" ? gatewayRows : proxyRows;
    return rowsOf({ key, ...call }, fault).map((text) => ({ switch: rest.switch, text }));
  });

function gatewayRows(call: MadeCall, fault: string): string[] {
  return [freeswitchRow(call, { isCalleesLeg: fault === "other-leg", ...(fault === "broken" && { billsec: -1 }) })];
}

function proxyRows(call: MadeCall, fault: string): readonly string[] {
  const rows = kamailioRows(call);
  const [invite = "", bye = ""] = rows;
  if (fault === "half") return [call.ringS % 2 === 0 ? invite : bye || invite];
  if (fault === "broken") return [invite.replace(/,200,|,486,/, ",2x0,"), ...rows.slice(1)];
  if (fault === "repeat" && call.talkedS !== null)
    return [...rows, ...kamailioRows({ ...call, startedAt: call.startedAt + 1_000 })];
  return rows;
}

/** All rows that two switches wrote. */
export const anyRows: fc.Arbitrary<readonly Row[]> = fc
  .array(anyCallRows, { minLength: 1, maxLength: 25 })
  .map((calls) => calls.flatMap((rowsOf, index) => rowsOf(`k${index}`)));

/** Rows as a switch's files: in which of them each row stands, at least one; then their order, repeats and batches. */
export interface Delivery {
  readonly files: readonly (readonly Row[])[];
  readonly batchRows: number;
}

/** Any way in which files may bring `rows`: each once at least, in any order, files again. */
export const anyDelivery = (rows: readonly Row[]): fc.Arbitrary<Delivery> =>
  fc
    .record({
      order: fc.shuffledSubarray([...rows.keys()], { minLength: rows.length }),
      homes: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1 }), {
        minLength: rows.length,
        maxLength: rows.length,
      }),
      sequence: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      again: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
      batchRows: fc.constantFrom(1, 2, 3, 7, 1_000),
    })
    .map(({ order, homes, sequence, again, batchRows }) => {
      const files = [0, 1, 2].map((file) =>
        order.flatMap((place) => {
          const row = rows[place];
          return row && homes[place]?.includes(file) ? [row] : [];
        }),
      );
      return { files: [...sequence, ...again].map((file) => files[file] ?? []), batchRows };
    });

export const inOneFile = (rows: readonly Row[]): Delivery => ({ files: [rows], batchRows: 1_000 });

/** A tenant with a customer of every kind, a vendor and two switches. */
export class World {
  readonly operator: Operator;
  readonly #accounts: ReadonlyMap<string, StoredAccount>;
  #sources: ReadonlyMap<SwitchName, Source> = new Map();
  #priority = 0;

  private constructor(operator: Operator, accounts: ReadonlyMap<string, StoredAccount>) {
    this.operator = operator;
    this.#accounts = accounts;
  }

  static async create(db: Database, settings: Settings): Promise<World> {
    const operator = await Operator.create(db);
    const postpaid = await operator.account("postpaid");
    const prepaid = await operator.account("prepaid", { payment: "prepaid", creditLimit: nanos(300_000_000n) });
    const reseller = await operator.account("reseller", { kind: "reseller" });
    const reselling = await operator.account("reselling", { parentId: reseller.id, bookId: reseller.bookId });
    const vendor = await operator.account("vendor", { kind: "vendor" });
    const increase = { effectiveFrom: epochMs(MONTH_END) };
    const until = { effectiveTo: epochMs(MONTH_END) };
    const sold = [anyRate("1", "0.0123"), anyRate("44", "0.05", until), anyRate("44", "0.06", increase)];
    await operator.tariff("sold", [...sold, anyRate("49", "0.0777777777")], [postpaid, prepaid, reselling]);
    await operator.tariff("wholesale", [anyRate("", "0.004"), anyRate("4", "0.03")], [reseller]);
    await operator.tariff("bought", [anyRate("", "0.003"), anyRate("1", "0.0031")], [vendor]);
    await operator.trunk("carrier", vendor, "egress");
    const world = new World(operator, new Map([postpaid, prepaid, reselling].map((one) => [one.code, one])));
    await operator.rules([postpaid, prepaid, reselling].map((one) => [one, { match: { accountCode: one.code } }]));
    await world.correct(settings);
    await operator.rule(prepaid, { sourceId: world.source("proxy").id });
    return world;
  }

  /** Gives the settings their right values. A later rule is above the ones before. */
  async correct({ timeZone, owner }: Settings): Promise<void> {
    this.#sources = new Map([
      [
        "gateway",
        await this.operator.source("gateway", "freeswitch-csv", {
          timeZone,
          mapping: FREESWITCH_MAPPING,
          directions: ["originating"],
        }),
      ],
      ["proxy", await this.operator.source("proxy", "kamailio-acc", { timeZone })],
    ]);
    await this.giveCode("moving", owner);
  }

  /** From now on calls with this account code are the account's. */
  async giveCode(accountCode: string, owner: string): Promise<void> {
    const account = this.#accounts.get(owner);
    if (account === undefined) throw new Error(`no account ${owner}`);
    this.#priority += 1;
    await this.operator.rule(account, { match: { accountCode }, priority: this.#priority });
  }

  source(name: SwitchName): Source {
    const source = this.#sources.get(name);
    if (source === undefined) throw new Error(`no source ${name}`);
    return source;
  }

  /** The files of a delivery, written and ready to be imported in order. */
  async requests({ files, batchRows }: Delivery): Promise<readonly ImportRequest[]> {
    const requests: ImportRequest[] = [];
    for (const rows of files)
      for (const name of SWITCHES) {
        const text = rows.flatMap((row) => (row.switch === name ? [row.text] : [])).join("");
        if (text === "") continue;
        const path = await writeTemporary(`${name}.csv`, name === "proxy" ? KAMAILIO_HEADER + text : text);
        requests.push({ source: this.source(name), path, receivedAt: RECEIVED_AT, batchRows });
      }
    return requests;
  }

  async deliver(delivery: Delivery): Promise<void> {
    for (const request of await this.requests(delivery)) {
      await importFile(this.operator.db, request);
      await rm(request.path);
    }
  }

  /** What came of it all; throws when a law of the books is broken. */
  async outcome(): Promise<TenantState> {
    const { db, tenantId } = this.operator;
    const broken = await brokenLaws(db, tenantId);
    if (Object.keys(broken).length > 0) throw new Error(`broken: ${JSON.stringify(broken, null, 1)}`);
    return tenantState(db, tenantId);
  }
}
