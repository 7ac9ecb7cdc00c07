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

/** `reason` ends the sentence: "it is not set". */
export const radiusTlsUnreadable = (args: { readonly variable: string; readonly reason: string }) =>
  new Problem("radius-tls-unreadable", {
    what: `TOLLWRIGHT_RADIUS_TLS_PORT is set, and ${args.variable} can't be used: ${args.reason}.`,
    fix: "Name PEM files that the user who runs Tollwright may read; docs/reference/config.md says what is in each.",
  });
