import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { tracer } from "../tracing/traced.ts";
import { routeOf } from "./request-log.ts";

/**
 * A span for each request, within the caller's where he names one (`traceparent`); what the request does goes into
 * spans below it. Attributes are those of OpenTelemetry's conventions for HTTP, without address, headers and body.
 * Without an SDK a request costs one call that does nothing.
 */
export function traceRequests(app: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook("onRequest", (request, _reply, done) => {
    const caller = propagation.extract(context.active(), request.headers);
    const span = tracer().startSpan(`${request.method} ${routeOf(request)}`, { kind: SpanKind.SERVER }, caller);
    if (!span.isRecording()) return done();
    span.setAttribute("http.request.method", request.method).setAttribute("http.route", routeOf(request));
    spans.set(request, span);
    context.with(trace.setSpan(caller, span), done);
  });
  app.addHook("onResponse", async (request, { statusCode }) => {
    const span = spans.get(request);
    if (span === undefined) return;
    span.setAttribute("http.response.status_code", statusCode);
    if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}
