import { parentPort } from "node:worker_threads";
import { invariant } from "../../core/invariant.ts";
import { Problem, type ProblemCode } from "../../core/problem.ts";
import type { InvoiceDocument } from "./invoice-document.ts";
import { createTypesetter, type TypesetPdf } from "./typeset.ts";

export interface PdfRequest {
  readonly id: number;
  readonly document: InvoiceDocument;
}

/** A Problem crosses the thread as its fields: a class instance would arrive as a plain error. */
export type PdfReply =
  | { readonly id: number; readonly kind: "printed"; readonly pdf: TypesetPdf }
  | {
      readonly id: number;
      readonly kind: "problem";
      readonly code: ProblemCode;
      readonly what: string;
      readonly fix: string;
    };

invariant(parentPort, "pdf-worker.ts runs as a worker thread of render-pdf.ts");
const port = parentPort;
const typeset = createTypesetter();

port.on("message", ({ id, document }: PdfRequest) => port.postMessage(answer(id, document)));

/** Anything but a Problem is a bug: it ends the thread, and the caller hears of it as the thread's error. */
function answer(id: number, document: InvoiceDocument): PdfReply {
  try {
    return { id, kind: "printed", pdf: typeset(document) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { id, kind: "problem", code: error.code, what: error.what, fix: error.fix };
  }
}
