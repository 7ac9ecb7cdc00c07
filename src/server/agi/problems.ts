import { Problem } from "../../core/problem.ts";

export const agiNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "agi-not-listening",
    {
      what: `Can't listen for FastAGI on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, or choose another; the address must be one of this machine's.",
    },
    { cause: args.cause },
  );
