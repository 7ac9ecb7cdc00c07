import { Worker } from "node:worker_threads";
import { invariant } from "../../core/invariant.ts";
import { Problem } from "../../core/problem.ts";
import type { InvoiceDocument } from "./invoice-document.ts";
import type { PdfReply, PdfRequest } from "./pdf-worker.ts";
import type { TypesetPdf } from "./typeset.ts";

/** Prints invoices on threads of its own, so that typesetting never holds up a request. */
export interface PdfPrinter {
  /** Errors: Problem `invoice-not-printable`. */
  readonly render: (document: InvoiceDocument) => Promise<TypesetPdf>;
  /** Ends the threads; printing that is under way is given up. */
  readonly close: () => Promise<void>;
}

/** Documents that one thread is given ahead: enough that it never waits, few enough that a bulk run shares fairly. */
const IN_HAND_MAX = 2;

interface Job {
  readonly document: InvoiceDocument;
  readonly resolve: (pdf: TypesetPdf) => void;
  readonly reject: (error: Error) => void;
}

interface Press {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
}

/**
 * A printer with at most `threads` threads, each started when it is first needed; a thread takes some 100 MB, mostly
 * fonts. Threads do not keep the process alive once everything asked for is printed. A thread that dies fails its own
 * documents and is replaced.
 */
export function createPdfPrinter({ threads }: { readonly threads: number }): PdfPrinter {
  const presses = new Set<Press>();
  const waiting: Job[] = [];
  let lastId = 0;
  let closed = false;

  const dispatch = (): void => {
    for (let job = waiting[0]; job !== undefined; job = waiting[0]) {
      const press = freePress();
      if (press === undefined) return;
      waiting.shift();
      lastId += 1;
      press.jobs.set(lastId, job);
      press.worker.ref();
      press.worker.postMessage({ id: lastId, document: job.document } satisfies PdfRequest);
    }
  };

  const freePress = (): Press | undefined => {
    const idlest = [...presses].sort((a, b) => a.jobs.size - b.jobs.size)[0];
    if (idlest?.jobs.size === 0) return idlest;
    if (presses.size < threads) return startPress();
    return idlest !== undefined && idlest.jobs.size < IN_HAND_MAX ? idlest : undefined;
  };

  const startPress = (): Press => {
    const press: Press = { worker: new Worker(new URL("./pdf-worker.ts", import.meta.url)), jobs: new Map() };
    presses.add(press);
    press.worker.on("message", (reply: PdfReply) => {
      const job = press.jobs.get(reply.id);
      press.jobs.delete(reply.id);
      if (press.jobs.size === 0) press.worker.unref();
      if (reply.kind === "printed") job?.resolve(reply.pdf);
      else job?.reject(new Problem(reply.code, { what: reply.what, fix: reply.fix }));
      dispatch();
    });
    const end = (error: Error) => {
      presses.delete(press);
      for (const job of press.jobs.values()) job.reject(error);
      press.jobs.clear();
      dispatch();
    };
    press.worker.on("error", end);
    press.worker.on("exit", (status) => end(new Error(`The PDF thread ended with status ${status}.`)));
    return press;
  };

  return {
    render: (document) =>
      new Promise((resolve, reject) => {
        invariant(!closed, "nothing is printed after the printer was closed");
        waiting.push({ document, resolve, reject });
        dispatch();
      }),
    close: async () => {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(new Error("The PDF printer was closed."));
      await Promise.all([...presses].map(({ worker }) => worker.terminate()));
    },
  };
}
