import { Problem } from "../../core/problem.ts";

export const radiusNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "radius-not-listening",
    {
      what: `Can't listen for RADIUS on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, such as another RADIUS server, or choose another; the address must be one of this machine's.",
    },
    { cause: args.cause },
  );
