import { startVitest } from "vitest/node";
import { CHECKS, runChecks } from "./check.ts";
import { ensureDebianPackages } from "./debian-packages.ts";
import { TallyReporter } from "./tally-reporter.ts";

/**
 * `npm test`: the checks, then every test. The last line is `N passed, N failed`, with `, N skipped` where any were.
 * A missing tool is a failure in CI; elsewhere the tests that need it say that they are skipped.
 */
const complete = ensureDebianPackages();
const checks = await runChecks(CHECKS);
const tally = new TallyReporter();
const unstarted = await runTests(tally);

const passed = checks.passed + tally.passed;
const failed = checks.failed + tally.failed + unstarted + (process.env.CI && !complete ? 1 : 0);
const skipped = tally.skipped === 0 ? "" : `, ${tally.skipped} skipped`;
process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** @returns 1 if the tests could not be run at all, else 0: the tally tells the rest. */
async function runTests(reporter: TallyReporter): Promise<number> {
  try {
    const vitest = await startVitest("test", process.argv.slice(2), { run: true, reporters: ["default", reporter] });
    await vitest.close();
    return 0;
  } catch (error) {
    process.stdout.write(`The tests did not start: ${(error as Error).stack}\n`);
    return 1;
  }
}
