import { type Attributes, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { Problem } from "../../core/problem.ts";

/** Whose spans they are, for who filters them. */
const TRACER = "tollwright";

/** Where spans are begun: nowhere, unless the user has loaded an SDK (docs/guides/running.md). */
export const tracer = () => trace.getTracer(TRACER);

/**
 * Does `work` within a span. Attributes are counts, names of settings and ids: nothing of a call or a person. Errors:
 * those of `work`, of which the span has the code alone.
 */
export async function traced<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  return await tracer().startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** What an error says may name numbers and people: a span has what kind it is. */
export function markFailed(span: Span, error: unknown): void {
  const type = error instanceof Problem ? error.code : error instanceof Error ? error.name : "unknown";
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}
