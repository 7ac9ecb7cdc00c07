import { rm } from "node:fs/promises";
import { epochMs } from "../../src/core/time/epoch.ts";
import { findSourceNamed } from "../../src/server/mediation/find-source.ts";
import { importFile } from "../../src/server/mediation/import-file.ts";
import { findTenants } from "../../src/server/tenancy/find-tenant.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import type { TestDatabase } from "../support/database.ts";
import { FREESWITCH_MAPPING, freeswitchRow } from "../support/switch-files.ts";
import { writeTemporary } from "../support/temporary-file.ts";

/** A rate as a setup file has it. */
interface RateSetup {
  readonly prefix: string;
  readonly destination: string;
  rate: string;
  readonly increments: string;
  readonly from?: string;
}

const rate = (prefix: string, destination: string, perMinute: string): RateSetup => {
  return { prefix, destination, rate: perMinute, increments: "1/1" };
};

/** An operator's whole setup, as its file has it; tests change a copy. */
export const setup = () => ({
  tenant: { name: "Story Telecom", currency: "EUR", timeZone: "UTC" },
  accounts: [
    { code: "carrier", name: "Carrier", kind: "vendor", tariff: "cost" },
    { code: "partner", name: "Partner", kind: "reseller", tariff: "wholesale" },
    { code: "bakery", name: "Bakery", kind: "customer", parent: "partner", tariff: "retail" },
    { code: "clinic", name: "Clinic", kind: "customer", currency: "USD", tariff: "retail" },
    { code: "shop", name: "Shop", kind: "customer", payment: "prepaid", creditLimit: "0.10", tariff: "retail" },
  ] as { code: string; name: string; kind: string; tariff?: string; tariffs?: object[] }[],
  tariffs: [
    { name: "retail", rates: [rate("49", "Germany", "0.06"), rate("44", "United Kingdom", "0.12")] },
    { name: "wholesale", derive: { base: "retail", markupPercent: "-50" } },
    { name: "cost", rates: [rate("", "World", "0.01")] },
    { name: "special", rates: [rate("49", "Germany", "0.03")] },
  ] as { name: string; rates?: RateSetup[] }[],
  sources: [{ name: "switch", format: "freeswitch-csv", settings: { mapping: FREESWITCH_MAPPING } as object }],
  trunks: [{ name: "carrier", source: "switch", direction: "egress", account: "carrier" }],
  rules: ["bakery", "clinic", "shop"].map((code) => ({ account: code, match: { accountCode: code } as object })),
  exchangeRates: [{ base: "EUR", quote: "USD", from: "2026-01-01", rate: "1.25" }],
});

export type Setup = ReturnType<typeof setup>;

/** One call through the carrier, of two minutes if nothing else is said. */
export interface StoryCall {
  readonly code: string;
  readonly at: string;
  readonly called?: string;
  readonly calling?: string;
  readonly talkedS?: number;
  readonly isCalleesLeg?: boolean;
}

/** A story on the command line of one operator. */
export class Story {
  readonly db: TestDatabase;
  #calls = 0;

  constructor(db: TestDatabase) {
    this.db = db;
  }

  async apply(changed: Setup): Promise<string> {
    const { status, stdout, stderr } = await tollwright(["apply", "-"], {
      db: this.db,
      stdin: JSON.stringify(changed),
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  async import(calls: readonly StoryCall[]): Promise<void> {
    const text = calls.map(({ code, at, talkedS = 120, isCalleesLeg = false, ...numbers }) => {
      const { called = "4930901820", calling = "4989123456" } = numbers;
      this.#calls += 1;
      const call = { key: `k${this.#calls}`, calling, called, ringS: 0, talkedS, account: code };
      const startedAt = Temporal.Instant.from(at).epochMilliseconds;
      return freeswitchRow({ ...call, startedAt, gateway: "carrier" }, { isCalleesLeg });
    });
    const [tenant] = await findTenants(this.db);
    const source = await findSourceNamed(this.db, tenant?.id ?? "", "switch");
    const path = await writeTemporary("calls.csv", text.join(""));
    await importFile(this.db, { source, path, receivedAt: epochMs(Date.UTC(2026, 5, 1)) });
    await rm(path);
  }

  run(line: string) {
    return tollwright(words(line), { db: this.db });
  }

  json<Document>(line: string) {
    return tollwrightJson<Document>(words(line), { db: this.db });
  }

  /** Every difference that the doctor finds: must be none. */
  async faults(): Promise<readonly object[]> {
    const { document } = await this.json<{ checks: { ok: boolean }[] }>("doctor");
    return document.checks.filter(({ ok }) => !ok);
  }
}

/** The words of a command line; quotes keep some together. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
