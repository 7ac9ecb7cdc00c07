import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import { findSourceNamed } from "../../src/server/mediation/find-source.ts";
import { importFile } from "../../src/server/mediation/import-file.ts";
import { findTenants } from "../../src/server/tenancy/find-tenant.ts";
import { Story, type StoryCall, setup } from "../rerating/story.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import type { TestDatabase } from "../support/database.ts";
import { freeswitchRow } from "../support/switch-files.ts";
import { writeTemporary } from "../support/temporary-file.ts";

/** A story whose operator archives to a folder of its own. */
export class ArchiveStory extends Story {
  readonly #surroundings: { readonly loadConfig: () => ReturnType<typeof loadConfig> };

  readonly #rows: string[] = [];
  #again = 0;

  constructor(db: TestDatabase, folder: string) {
    super(db);
    this.#surroundings = { loadConfig: () => loadConfig({ TOLLWRIGHT_ARCHIVE_DIR: folder }) };
  }

  /** Calls of January, February and March 2026: one of them ends in the month after, one was never answered. */
  async begin(): Promise<void> {
    await this.apply(setup());
    await this.import([
      { code: "bakery", at: "2026-01-10T10:00:00Z" },
      { code: "clinic", at: "2026-01-10T11:00:00Z", called: "442079460018" },
      { code: "shop", at: "2026-01-31T12:00:00Z", talkedS: 30 },
      { code: "shop", at: "2026-01-31T23:59:59Z", talkedS: 90 },
      { code: "bakery", at: "2026-01-11T10:00:00Z", talkedS: 0 },
    ]);
    await this.import([
      { code: "bakery", at: "2026-02-01T00:00:00Z" },
      { code: "clinic", at: "2026-02-15T11:00:00Z" },
      { code: "shop", at: "2026-02-28T23:59:59Z" },
    ]);
    await this.import([{ code: "clinic", at: "2026-03-01T00:00:00Z" }]);
  }

  /** Imports every call so far once more, as one file; answers what became of the rows. */
  async importAgain() {
    const [tenant] = await findTenants(this.db);
    const source = await findSourceNamed(this.db, tenant?.id ?? "", "switch");
    this.#again += 1;
    const path = await writeTemporary("again.csv", this.#rows.join("") + "\n".repeat(this.#again));
    const imported = await importFile(this.db, { source, path, receivedAt: epochMs(Date.UTC(2026, 5, 1)) });
    await rm(path);
    return imported;
  }

  /** Whose the bakery's calls are. */
  async giveBakeryTo(account: string): Promise<void> {
    const changed = setup();
    changed.rules = changed.rules.map((rule) => (rule.account === "bakery" ? { ...rule, account } : rule));
    await this.apply(changed);
  }

  async policy(retention: object): Promise<void> {
    const { status, stderr } = await tollwright(["apply", "-"], {
      db: this.db,
      stdin: JSON.stringify({ tenant: setup().tenant, retention }),
    });
    if (status !== 0) throw new Error(stderr);
  }

  /** The calls of every invoice, as they are exported. */
  async invoiceCalls(): Promise<Record<string, string>> {
    const { document } = await this.json<{ invoices: { number: string }[] }>("invoice list");
    const out = await mkdtemp(join(tmpdir(), "tollwright-invoices-"));
    const numbers = document.invoices.map(({ number }) => number);
    const { status, stderr } = await this.run(`invoice export ${numbers.join(" ")} --format calls --out ${out}`);
    if (status !== 0) throw new Error(stderr);
    const texts: Record<string, string> = {};
    for (const number of numbers) texts[number] = await readFile(join(out, `${number}.calls.csv`), "utf8");
    await rm(out, { recursive: true });
    return texts;
  }

  override async import(calls: readonly StoryCall[]): Promise<void> {
    await super.import(calls);
    for (const { code, at, called = "4930901820", talkedS = 120 } of calls) {
      const key = `k${this.#rows.length + 1}`;
      const call = { key, calling: "4989123456", called, ringS: 0, talkedS, account: code, gateway: "carrier" };
      this.#rows.push(freeswitchRow({ ...call, startedAt: Temporal.Instant.from(at).epochMilliseconds }));
    }
  }

  override run(line: string) {
    return tollwright(line.split(" ").filter(Boolean), { db: this.db, surroundings: this.#surroundings });
  }

  override json<Document>(line: string) {
    return tollwrightJson<Document>(line.split(" ").filter(Boolean), { db: this.db, surroundings: this.#surroundings });
  }

  async bill(month: string): Promise<void> {
    const { status, stderr } = await this.run(`bill run ${month}`);
    if (status !== 0) throw new Error(stderr);
  }

  /** Every row of the tables that go to the archive, as text. */
  async rows(): Promise<Record<"usage_events" | "charges" | "usage_history", readonly string[]>> {
    const all = (table: string) =>
      this.db.transaction("owner", {}, async (tx) => {
        const { rows } = await tx.query<{ row: string }>(`select t::text as row from ${table} t order by 1`);
        return rows.map(({ row }) => row);
      });
    return {
      usage_events: await all("usage_events"),
      charges: await all("charges"),
      usage_history: await all("usage_history"),
    };
  }
}
