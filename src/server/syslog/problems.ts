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

/** `reason` ends the sentence: "it is not there". */
export const syslogTlsUnreadable = (args: { readonly variable: string; readonly reason: string }) =>
  new Problem("syslog-tls-unreadable", {
    what: `TOLLWRIGHT_SYSLOG_TLS_PORT is set, and ${args.variable} can't be used: ${args.reason}.`,
    fix: "Name PEM files that the user who runs Tollwright may read; docs/guides/syslog.md shows how to make them.",
  });
