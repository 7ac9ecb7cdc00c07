import { Problem } from "../../core/problem.ts";

export const routeUnknown = (args: { readonly method: string; readonly path: string }) =>
  new Problem("route-unknown", {
    what: `There is nothing at ${args.method} ${args.path}.`,
    fix: "Check the address and the method; docs/reference/http.md lists what there is.",
  });

export const requestInvalid = (args: { readonly reason: string }) =>
  new Problem("request-invalid", {
    what: `The request is not valid: ${args.reason}.`,
    fix: "Correct the request; docs/reference/http.md describes it.",
  });

export const requestTooLarge = () =>
  new Problem("request-too-large", {
    what: "The body is larger than the server takes.",
    fix: "Send fewer records at a time, or import them as a file with `tollwright cdr import`.",
  });

/** Whether it was stored can't be in doubt: a request is taken when it is whole. */
export const requestTimedOut = () =>
  new Problem("request-timed-out", {
    what: "The request did not arrive whole in time; nothing of it was taken.",
    fix: "Send it again; if that fails too, look at the network between here and the sender.",
  });

export const requestEncodingUnknown = (args: { readonly encoding: string }) =>
  new Problem("request-encoding-unknown", {
    what: `The body's content encoding is "${args.encoding.slice(0, 40)}", which can't be undone here.`,
    fix: "Send the body plain, or encoded as gzip, deflate or br.",
  });

/** The name is not repeated at length: it is whatever a stranger sent. */
export const hostUnknown = (args: { readonly host: string }) =>
  new Problem("host-unknown", {
    what: `Nothing is known here by the name "${args.host.slice(0, 80)}".`,
    fix: "Ask under one of the names in TOLLWRIGHT_HTTP_NAMES, or add this one there.",
  });

export const notReady = (args: { readonly missing: readonly string[] }) =>
  new Problem("not-ready", {
    what: `This process should get no requests now: ${args.missing.join(", ")}.`,
    fix: "Send them to another one, or later; its log says what is wrong.",
  });

export const serverStopping = () =>
  new Problem("server-stopping", {
    what: "This process ends, and takes no more requests; nothing of this one was taken.",
    fix: "Send it again: to another process, or to the next one here.",
  });

export const httpNotListening = (args: {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "http-not-listening",
    {
      what: `Can't listen on ${args.host} port ${args.port}: ${args.reason}.`,
      fix: "Stop what uses the port, or choose another with TOLLWRIGHT_HTTP_HOST and TOLLWRIGHT_HTTP_PORT.",
    },
    { cause: args.cause },
  );

/** `fault` is a sentence. */
export const proxiesInvalid = (args: { readonly fault: string }) =>
  new Problem("config-invalid", {
    what: `TOLLWRIGHT_HTTP_PROXIES is wrong. ${args.fault}`,
    fix: "Correct or unset it and start again; docs/reference/config.md describes it.",
  });
