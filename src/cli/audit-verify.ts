import { access, readFile } from "node:fs/promises";
import { counted } from "../core/counted.ts";
import { auditHeadInvalid } from "../server/audit/problems.ts";
import { type AuditHead, headText, parseHead } from "../server/audit/seal.ts";
import { verifyWholeAudit } from "../server/audit/verify-audit.ts";
import { defineCommand, type Outcome } from "./command.ts";
import { optionList } from "./input.ts";

/** What `--head` is, wherever it is asked for. */
export const headOption = (flags: string) =>
  optionList(flags, "the end of a chain that was kept elsewhere, or a file of such lines; may be given several times");

const FAULTS_LISTED = 20;

/** `tollwright audit verify` */
export const auditVerifyCommand = defineCommand({
  name: "verify",
  summary: "compute the chain of the audit again, and say what does not fit",
  about:
    "Finds changed, removed, reordered and inserted entries and seals. An end that was cut off is found by a head that was " +
    "kept elsewhere: `audit seal` prints it, and the log of `tollwright start` has every one. The exit status is 1 when " +
    "something does not fit.",
  options: { heads: headOption("--head HEAD") },
  examples: [
    { command: "tollwright audit verify", does: "Checks every chain from its beginning." },
    { command: "tollwright audit verify --head heads.txt", does: "Also that they lead through heads that were kept." },
  ],
  async run(context, _args, { heads }): Promise<Outcome> {
    const kept = await readHeads(heads);
    const verification = await verifyWholeAudit(await context.db(), kept);
    const { seals, entries, waiting, faults } = verification;
    const found = `${counted(entries, "entry", "entries")} in ${counted(seals, "seal")}, ${waiting} not sealed yet`;
    return {
      json: { seals, entries, waiting, faults, heads: verification.heads.map(headText) },
      human: [`${found}: ${faults.length === 0 ? "all as they were written." : `${counted(faults.length, "fault")}.`}`],
      rejects: {
        total: faults.length,
        listed: faults.slice(0, FAULTS_LISTED).map((what) => ({
          ...{ at: "audit", code: "books-differ" as const, what },
          fix: "Keep the database as it is, and find who could write to it as a superuser.",
        })),
      },
    };
  },
});

/** Heads as they were typed, or in files. Errors: Problem `audit-head-invalid`. */
export async function readHeads(given: readonly string[]): Promise<readonly AuditHead[]> {
  const heads: AuditHead[] = [];
  for (const text of given) {
    const typed = parseHead(text);
    if (typed !== null) heads.push(typed);
    else heads.push(...(await headsOf(text)));
  }
  return heads;
}

async function headsOf(path: string): Promise<readonly AuditHead[]> {
  await access(path).catch(() => {
    throw auditHeadInvalid();
  });
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const head = parseHead(line);
    if (head === null) throw auditHeadInvalid();
    return head;
  });
}
