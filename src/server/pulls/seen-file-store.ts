import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredProblem } from "./pull-store.ts";

/** A file that a pull has seen on its server. */
export interface SeenFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly stamp: string;
  /** Since when it has had this size and stamp. */
  readonly seenAt: EpochMs;
  /** waiting: to be fetched. imported: the server's file is still to be moved away. refused: no try can mend it. */
  readonly state: "waiting" | "imported" | "done" | "refused";
  readonly sha256: string | null;
  /** Of a file that is appended to: how much of it is imported, and the digest of the end of that. */
  readonly bytesDone: number;
  readonly endSha256: string | null;
  readonly failures: number;
  readonly notBefore: EpochMs | null;
  /** Since when it is no longer listed. */
  readonly goneAt: EpochMs | null;
}

interface SeenRow {
  readonly path: string;
  readonly size_bytes: string;
  readonly stamp: string;
  readonly seen_at: EpochMs;
  readonly state: SeenFile["state"];
  readonly sha256: string | null;
  readonly bytes_done: string;
  readonly end_sha256: string | null;
  readonly failures: number;
  readonly not_before: EpochMs | null;
  readonly gone_at: EpochMs | null;
}

const at = (time: EpochMs | null): string | null => (time === null ? null : toInstant(time).toString());

/** Everything that the pull remembers, by path. */
export async function listSeenFiles(tx: Tx, pullId: string): Promise<ReadonlyMap<string, SeenFile>> {
  const { rows } = await tx.query<SeenRow>(
    `select path, size_bytes, stamp, seen_at, state, sha256, bytes_done, end_sha256, failures, not_before, gone_at
     from pulled_files where pull_id = $1`,
    [pullId],
  );
  return new Map(
    rows.map((row) => [
      row.path,
      {
        ...{ path: row.path, sizeBytes: Number(row.size_bytes), stamp: row.stamp, seenAt: row.seen_at },
        ...{ state: row.state, sha256: row.sha256, bytesDone: Number(row.bytes_done), endSha256: row.end_sha256 },
        ...{ failures: row.failures, notBefore: row.not_before, goneAt: row.gone_at },
      },
    ]),
  );
}

/** Remembers files as they are now: new ones, changed ones, and what became of known ones. */
export async function saveSeenFiles(
  tx: Tx,
  { tenantId, pullId }: { readonly tenantId: string; readonly pullId: string },
  files: readonly SeenFile[],
  problem: StoredProblem | null = null,
): Promise<void> {
  if (files.length === 0) return;
  await tx.query(
    `insert into pulled_files as p (tenant_id, pull_id, path, size_bytes, stamp, seen_at, state, sha256, bytes_done,
       end_sha256, failures, not_before, gone_at, problem_code, problem_text)
     select $1, $2, t.*, $3, $4
     from unnest($5::text[], $6::bigint[], $7::text[], $8::timestamptz[], $9::text[], $10::text[], $11::bigint[],
       $12::text[], $13::integer[], $14::timestamptz[], $15::timestamptz[]) as t
     on conflict (pull_id, path) do update set size_bytes = excluded.size_bytes, stamp = excluded.stamp,
       seen_at = excluded.seen_at, state = excluded.state, sha256 = excluded.sha256, bytes_done = excluded.bytes_done,
       end_sha256 = excluded.end_sha256, failures = excluded.failures, not_before = excluded.not_before,
       gone_at = excluded.gone_at, problem_code = excluded.problem_code, problem_text = excluded.problem_text`,
    [
      ...[tenantId, pullId, problem?.code ?? null, problem?.text ?? null],
      files.map(({ path }) => path),
      files.map(({ sizeBytes }) => sizeBytes),
      files.map(({ stamp }) => stamp),
      files.map(({ seenAt }) => at(seenAt)),
      files.map(({ state }) => state),
      files.map(({ sha256 }) => sha256),
      files.map(({ bytesDone }) => bytesDone),
      files.map(({ endSha256 }) => endSha256),
      files.map(({ failures }) => failures),
      files.map(({ notBefore }) => at(notBefore)),
      files.map(({ goneAt }) => at(goneAt)),
    ],
  );
}

/** Forgets files that have not been listed since `before`: their rows are known by content all the same. */
export async function forgetGoneFiles(tx: Tx, pullId: string, before: EpochMs): Promise<void> {
  await tx.query("delete from pulled_files where pull_id = $1 and gone_at < $2", [pullId, at(before)]);
}

/** How many files of each pull of a tenant are in which state; a failed one is one that waits after a failure. */
export interface SeenCounts {
  readonly waiting: number;
  readonly failed: number;
  readonly imported: number;
  readonly done: number;
  readonly refused: number;
}

export async function countSeenFiles(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, SeenCounts>> {
  const { rows } = await tx.query<{ pull_id: string } & SeenCounts>(
    `select pull_id, count(*) filter (where state = 'waiting' and failures = 0)::integer as waiting,
       count(*) filter (where failures > 0 and state <> 'refused')::integer as failed,
       count(*) filter (where state = 'imported' and failures = 0)::integer as imported,
       count(*) filter (where state = 'done')::integer as done,
       count(*) filter (where state = 'refused')::integer as refused
     from pulled_files where tenant_id = $1 and gone_at is null group by pull_id`,
    [tenantId],
  );
  return new Map(rows.map(({ pull_id, ...counts }) => [pull_id, counts]));
}

/** A file that a pull could not fetch, import or move away, and why. */
export interface FailedFile {
  readonly path: string;
  readonly state: SeenFile["state"];
  readonly failures: number;
  readonly problem: StoredProblem;
}

export async function listFailedFiles(tx: Tx, pullId: string, limit: number): Promise<readonly FailedFile[]> {
  const { rows } = await tx.query<{
    readonly path: string;
    readonly state: SeenFile["state"];
    readonly failures: number;
    readonly problem_code: string | null;
    readonly problem_text: string;
  }>(
    `select path, state, failures, problem_code, problem_text from pulled_files
     where pull_id = $1 and problem_text is not null and gone_at is null order by path limit $2`,
    [pullId, limit],
  );
  return rows.map(({ path, state, failures, problem_code: code, problem_text: text }) => ({
    ...{ path, state, failures, problem: { code, text } },
  }));
}
