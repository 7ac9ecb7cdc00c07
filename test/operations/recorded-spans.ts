import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  type SpanStatus,
  type Tracer,
  trace,
} from "@opentelemetry/api";

/** A span as it was when it ended. */
export interface RecordedSpan {
  readonly name: string;
  readonly parent: string | null;
  readonly attributes: Attributes;
  readonly status: SpanStatus | null;
}

/** Keeps every span that ends, as an SDK would send it, until {@link SpanRecorder.stop}. */
export class SpanRecorder {
  readonly ended: RecordedSpan[] = [];
  readonly #names = new WeakMap<Span, string>();

  constructor() {
    context.setGlobalContextManager(contextManager());
    const tracer = this.#tracer();
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
  }

  stop(): void {
    trace.disable();
    context.disable();
  }

  named(name: string): readonly RecordedSpan[] {
    return this.ended.filter((span) => span.name === name);
  }

  #tracer(): Tracer {
    const startSpan = (name: string, options: SpanOptions = {}, within = context.active()) =>
      this.#span(name, options, within);
    // The API has forms with and without options and context; this program uses the one with options.
    const startActiveSpan = (name: string, options: SpanOptions, work: (span: Span) => unknown) => {
      const span = startSpan(name, options);
      return context.with(trace.setSpan(context.active(), span), work, undefined, span);
    };
    return { startSpan, startActiveSpan: startActiveSpan as Tracer["startActiveSpan"] };
  }

  #span(name: string, { attributes = {} }: SpanOptions, within: Context): Span {
    const above = trace.getSpan(within);
    const recorded = { name, parent: (above && this.#names.get(above)) ?? null, attributes: { ...attributes } };
    let status: SpanStatus | null = null;
    const span: Span = {
      spanContext: () => ({ traceId: "1".repeat(32), spanId: "1".repeat(16), traceFlags: 1 }),
      setAttribute: (key, value) => {
        recorded.attributes[key] = value;
        return span;
      },
      setAttributes: (more) => {
        Object.assign(recorded.attributes, more);
        return span;
      },
      setStatus: (given) => {
        status = given;
        return span;
      },
      ...{ addEvent: () => span, addLink: () => span, addLinks: () => span, updateName: () => span },
      end: () => void this.ended.push({ ...recorded, status }),
      isRecording: () => true,
      recordException: () => undefined,
    };
    this.#names.set(span, name);
    return span;
  }
}

/** The context of what is awaited, as Node keeps it. */
function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (within, work, self, ...args) => storage.run(within, () => work.apply(self, args)),
    bind: (_within, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
