import { Counter, Histogram, type Registry } from "prom-client";
import type { HttpMeter } from "../http/request-log.ts";

const ANSWER_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const S_PER_MS = 1 / 1_000;

/** The counters of one route, bound once. */
interface Child {
  readonly seconds: Histogram.Internal<string>;
  readonly statuses: Map<number, Counter.Internal>;
}

/** Requests over HTTP by the routes that are declared, of which there are as many as are declared. */
export function httpMetrics(registry: Registry): HttpMeter {
  const registers = [registry];
  const requests = new Counter({
    ...{ name: "tollwright_http_requests_total", help: "HTTP requests that were answered", registers },
    labelNames: ["method", "route", "status"],
  });
  const seconds = new Histogram({
    ...{ name: "tollwright_http_request_seconds", help: "From an HTTP request to its answer", registers },
    ...{ labelNames: ["method", "route"], buckets: ANSWER_S },
  });
  const children = new Map<string, Child>();
  return {
    answered: ({ method, route }, status, ms) => {
      const shownMethod = route === "unknown" ? "any" : method;
      const key = `${shownMethod} ${route}`;
      const child = children.get(key) ?? { seconds: seconds.labels(shownMethod, route), statuses: new Map() };
      children.set(key, child);
      child.seconds.observe(ms * S_PER_MS);
      const counter = child.statuses.get(status) ?? requests.labels(shownMethod, route, String(status));
      child.statuses.set(status, counter);
      counter.inc();
    },
  };
}
