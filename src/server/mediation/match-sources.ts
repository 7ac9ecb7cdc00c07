import { shareUnderstood } from "../../mediation/best-way-decoder.ts";
import { DETECT_HEAD_BYTES, detectFormat } from "../../mediation/detect.ts";
import { formatNamed } from "../../mediation/registry.ts";
import type { Database } from "../db/database.ts";
import { findSources } from "./find-sources.ts";
import { nameUnpacked } from "./gzip.ts";
import { READ_SHARE_MIN } from "./other-formats.ts";
import { inspectFile } from "./read-file.ts";
import { FOREVER } from "./require-format.ts";
import type { Source } from "./source.ts";

/** What a file may be. */
export interface FileMatch {
  /** The likeliest formats; none when it is in none of those that are known without a mapping. */
  readonly formats: readonly string[];
  /** Names of the sources whose settings read more of its records than not, those that read most first. */
  readonly sources: readonly string[];
}

/** Finds out what a file looks like. Errors: those of `inspectFile`. */
export async function matchSources(db: Database, tenantId: string, path: string): Promise<FileMatch> {
  const { head } = await inspectFile(path);
  const guesses = detectFormat(head, nameUnpacked(path));
  const best = guesses[0]?.confidence ?? 0;
  const sources = (await findSources(db, tenantId))
    .map((source) => ({ name: source.name, share: shareRead(source, head) }))
    .filter(({ share }) => share > READ_SHARE_MIN)
    .sort((a, b) => b.share - a.share);
  return {
    formats: guesses
      .filter(({ confidence }) => confidence === best && best > READ_SHARE_MIN)
      .map(({ format }) => format),
    sources: sources.map(({ name }) => name),
  };
}

/** Records of the head that the source's format and mapping understand, as a share of all. */
function shareRead({ format, config }: Source, head: Uint8Array): number {
  const decoder = formatNamed(format)?.open({ ...config, receivedAt: FOREVER });
  return decoder === undefined ? 0 : shareUnderstood(decoder, head, head.length < DETECT_HEAD_BYTES);
}
