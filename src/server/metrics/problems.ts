import { Problem } from "../../core/problem.ts";

export const metricsNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "metrics-not-listening",
    {
      what: `Can't tell metrics on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, or choose another with TOLLWRIGHT_METRICS_HOST and TOLLWRIGHT_METRICS_PORT.",
    },
    { cause: args.cause },
  );

export const metricsTokenInvalid = (args: { readonly path: string; readonly reason: string }) =>
  new Problem("metrics-token-invalid", {
    what: `The token of metrics in ${args.path} can't be used: ${args.reason}.`,
    fix: "Write a token of 16 characters or more on the first line of that file, or unset TOLLWRIGHT_METRICS_TOKEN_FILE.",
  });
