import { Problem } from "../../core/problem.ts";

export const diameterNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "diameter-not-listening",
    {
      what: `Can't listen for Diameter on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, or choose another; ports below 1024 need rights.",
    },
    { cause: args.cause },
  );
