import { Problem } from "../../core/problem.ts";

export const cgratesNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "cgrates-not-listening",
    {
      what: `Can't listen for OpenSIPS's module cgrates on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, such as CGRateS itself, or choose another.",
    },
    { cause: args.cause },
  );
