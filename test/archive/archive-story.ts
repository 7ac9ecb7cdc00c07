import { loadConfig } from "../../src/config.ts";
import { Story, setup } from "../rerating/story.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import type { TestDatabase } from "../support/database.ts";

/** A story whose operator archives to a folder of its own. */
export class ArchiveStory extends Story {
  readonly #surroundings: { readonly loadConfig: () => ReturnType<typeof loadConfig> };

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
