import { Problem } from "../../core/problem.ts";
import type { Database } from "../db/database.ts";

/** Looks at a part without which requests are better sent elsewhere; answers what is missing, null: nothing. */
export type ReadyCheck = () => Promise<string | null> | string | null;

/** A part that says nothing for so long is not ready. */
const CHECK_MS_MAX = 2_000;

/** Whether this process should be sent requests. What it says is for strangers: names of parts, nothing from inside. */
export class Readiness {
  readonly #checks: readonly ReadyCheck[];
  #looking: Promise<readonly string[]> | undefined;
  #isEnding = false;

  constructor(checks: readonly ReadyCheck[]) {
    this.#checks = checks;
  }

  /** From now on it is not: the process ends. */
  end(): void {
    this.#isEnding = true;
  }

  /** What is missing. Who asks while it is looked up shares the answer: strangers may ask as often as they like. */
  async missing(): Promise<readonly string[]> {
    if (this.#isEnding) return ["stopping"];
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    const missing = await this.#looking;
    return this.#isEnding ? ["stopping"] : missing;
  }

  async #look(): Promise<readonly string[]> {
    const found = await Promise.all(this.#checks.map(async (check) => await check()));
    return found.filter((name) => name !== null);
  }
}

/** The database answers, and has the schema of this program. */
export function databaseCheck(db: Database): ReadyCheck {
  return async () => {
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => late.resolve("database"), CHECK_MS_MAX);
    const asked = db
      .transaction("ingest", {}, (tx) => tx.query("select 1"))
      .then(
        () => null,
        (error: unknown) => (isOfSchema(error) ? "migrations" : "database"),
      );
    return await Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
  };
}

const isOfSchema = (error: unknown): boolean =>
  error instanceof Problem && (error.code === "database-not-migrated" || error.code.startsWith("migration-"));
