import { counted } from "../core/counted.ts";
import { fromInstant } from "../core/time/epoch.ts";
import { checkAllAlarms } from "../server/completeness/check-alarms.ts";
import { type Examination, runDoctor } from "../server/doctor/doctor.ts";
import { headOption, readHeads } from "./audit-verify.ts";
import { defineCommand, type Outcome } from "./command.ts";

/** `tollwright doctor` */
export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "prove that records, charges, ledger, invoices and the audit agree",
  about:
    "Everything that must be equal is compared to the nano, as it was at one moment, while the work goes on. Nothing is " +
    "changed, but alarms of missing files and records, silent sources and clocks are raised and cleared as they stand now. " +
    "The exit status is 1 when a check does not hold.",
  options: { auditHeads: headOption("--audit-head HEAD") },
  examples: [
    { command: "tollwright doctor", does: "Runs every check and lists the first differences." },
    {
      command: "tollwright doctor --json | jq '.checks[] | select(.ok | not)'",
      does: "Prints the checks that do not hold.",
    },
  ],
  async run(context, _args, { auditHeads }) {
    const kept = await readHeads(auditHeads);
    const db = await context.db();
    const { raised, cleared } = await checkAllAlarms(db, fromInstant(context.now));
    for (const { what } of raised) context.note(`Alarm: ${what}`);
    for (const { what } of cleared) context.note(`Over: ${what}`);
    const bar = context.progress("Checking", 1);
    const examination = await runDoctor(db, (done, total) => bar.update(done, total), kept);
    bar.stop();
    return outcomeOf(examination);
  },
});

function outcomeOf({ checks, outstanding }: Examination): Outcome {
  const failed = checks.filter(({ ok }) => !ok);
  const { openParts, waitingRows, deadLetters, unpostedCostDays, alarms } = outstanding;
  return {
    json: { checks, outstanding },
    human: [
      {
        columns: [{ title: "CHECK" }, { title: "LOOKED AT", align: "right" }, { title: "" }, { title: "WHAT HOLDS" }],
        rows: checks.map(({ name, looked, ok, differences, holds }) => {
          return [name, String(looked), ok ? "ok" : `${differences} differ`, holds];
        }),
      },
      `Waiting: ${counted(openParts, "part of a call", "parts of calls")}, ${counted(waitingRows, "row")} in ` +
        `quarantine, ${counted(deadLetters, "dead letter")} of charging, ${counted(unpostedCostDays, "day")} of vendor cost to post, ${counted(alarms, "alarm")}.`,
    ],
    rejects: {
      total: failed.length,
      listed: failed.map(({ name, first, differences }) => ({
        at: name,
        code: "books-differ" as const,
        what: `${counted(differences, "difference")}: ${first.join("; ")}.`,
        fix: "Back up the database as it is, then find what changed these rows.",
      })),
    },
  };
}
