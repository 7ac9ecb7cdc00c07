import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { reserveLines, utcDate } from "./daily-file-store.ts";
import type { Source } from "./source.ts";

/** Lines that are reserved at a time: the next rows find theirs without asking. */
const BLOCK_LINES = 1_000;

/** Lines of one file that are reserved for this process. */
interface Block {
  readonly date: string;
  readonly fileId: string;
  next: number;
  readonly end: number;
}

/** Hands out line numbers in the days' files of one way in, for rows of many sources that come a few at a time. */
export class DailyLines {
  readonly #db: Database;
  readonly #way: string;
  readonly #preamble: string;
  readonly #blocks = new Map<string, Block>();

  constructor(db: Database, { way, preamble }: { readonly way: string; readonly preamble: string }) {
    this.#db = db;
    this.#way = way;
    this.#preamble = preamble;
  }

  /** The lines of `rows` rows of a source that come now; those that are not used are nobody's. */
  async take(
    { tenantId, id: sourceId }: Pick<Source, "tenantId" | "id">,
    { rows, receivedAt }: { readonly rows: number; readonly receivedAt: EpochMs },
  ): Promise<{ readonly fileId: string; readonly firstLine: number }> {
    const date = utcDate(receivedAt);
    const known = this.#blocks.get(sourceId);
    if (known?.date === date && known.next + rows <= known.end) {
      const firstLine = known.next;
      known.next += rows;
      return { fileId: known.fileId, firstLine };
    }
    const [way, preamble, spareLines] = [this.#way, this.#preamble, rows + BLOCK_LINES];
    const wanted = { tenantId, sourceId, way, preamble, receivedAt, rows: 0, sizeBytes: 0, spareLines };
    const { fileId, firstLine } = await this.#db.transaction("ingest", {}, (tx) => reserveLines(tx, wanted));
    this.#blocks.set(sourceId, { date, fileId, next: firstLine + rows, end: firstLine + spareLines });
    return { fileId, firstLine };
  }
}
