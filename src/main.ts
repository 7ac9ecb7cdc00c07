import { constants, userInfo } from "node:os";
import pc from "picocolors";
import manifest from "../package.json" with { type: "json" };
import { COMMANDS } from "./cli/commands.ts";
import { failureText, outputNotWritten } from "./cli/failure.ts";
import { EXIT, runCli } from "./cli/run.ts";
import { wholeOutput } from "./cli/whole-output.ts";
import { now } from "./clock.ts";
import { loadConfig } from "./config.ts";
import { connect } from "./server/db/connect.ts";

const HELP_COLUMNS = 100;

const { stdin, stderr } = process;
const stdout = wholeOutput(process.stdout);
const colors = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
const interruption = new AbortController();
let caught: "SIGINT" | "SIGTERM" | undefined;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (caught !== undefined) process.exit(128 + constants.signals[signal]); // the second one means it
    caught = signal;
    stderr.write("\nStopping. Once more ends it at once.\n");
    interruption.abort();
  });
}

// A reader that has seen enough (`| head`) closes the pipe; what the command does goes on without it.
stdout.on("error", (cause: NodeJS.ErrnoException) => {
  if (cause.code === "EPIPE") return;
  stderr.write(`${failureText(outputNotWritten({ reason: cause.message, cause }), colors)}\n`);
  process.exit(EXIT.notDone);
});
stderr.on("error", () => undefined); // nobody is left to tell

const status = await runCli(process.argv.slice(2), {
  version: manifest.version,
  entries: COMMANDS,
  ...{ stdin, stdout, stderr, colors, now, loadConfig, connect },
  watched: stderr.isTTY,
  width: Math.min(process.stdout.columns ?? HELP_COLUMNS, HELP_COLUMNS),
  author: `cli:${loginName()}`,
  signal: interruption.signal,
});
process.exitCode = status;
if (caught !== undefined && status !== 0) process.exit(128 + constants.signals[caught]); // work may still be under way

/** Who runs the command; a container's user may have no name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
