import { Problem } from "../../core/problem.ts";

export const eventSocketNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "event-socket-not-listening",
    {
      what: `Can't listen for FreeSWITCH on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, or choose another with TOLLWRIGHT_EVENT_SOCKET_HOST and TOLLWRIGHT_EVENT_SOCKET_PORT.",
    },
    { cause: args.cause },
  );
