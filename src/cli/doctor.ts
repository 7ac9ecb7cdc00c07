import { type Examination, runDoctor } from "../server/doctor/doctor.ts";
import { defineCommand, type Outcome } from "./command.ts";
import { counted } from "./counted.ts";

/** `tollwright doctor` */
export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "prove that records, charges, ledger and invoices agree",
  about:
    "Everything that must be equal is compared to the nano, as it was at one moment, while the work goes on. Nothing " +
    "is changed. The exit status is 1 when a check does not hold.",
  examples: [
    { command: "tollwright doctor", does: "Runs every check and lists the first differences." },
    {
      command: "tollwright doctor --json | jq '.checks[] | select(.ok | not)'",
      does: "Prints the checks that do not hold.",
    },
  ],
  async run(context) {
    const bar = context.progress("Checking", 1);
    const examination = await runDoctor(await context.db(), (done, total) => bar.update(done, total));
    bar.stop();
    return outcomeOf(examination);
  },
});

function outcomeOf({ checks, outstanding }: Examination): Outcome {
  const failed = checks.filter(({ ok }) => !ok);
  const { openParts, waitingRows, unpostedCostDays } = outstanding;
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
        `quarantine, ${counted(unpostedCostDays, "day")} of vendor cost to post.`,
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
