import { Problem } from "../../core/problem.ts";

export const syslogNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "syslog-not-listening",
    {
      what: `Can't listen for syslog messages on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, or choose another with TOLLWRIGHT_SYSLOG_HOST, _PORT and _TLS_PORT; ports below 1024 need rights.",
    },
    { cause: args.cause },
  );
