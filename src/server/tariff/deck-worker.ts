import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../core/invariant.ts";
import { Problem, type ProblemCode } from "../../core/problem.ts";
import type { DeckReading } from "../../decks/deck-row.ts";
import { readDeck } from "../../decks/read-deck.ts";
import type { DeckTemplate } from "../../decks/template.ts";

export interface DeckToRead {
  readonly bytes: Uint8Array;
  readonly template: DeckTemplate;
}

/** A Problem crosses the thread as its fields: a class instance would arrive as a plain error. */
export type DeckReply =
  | { readonly kind: "read"; readonly reading: DeckReading }
  | { readonly kind: "problem"; readonly code: ProblemCode; readonly what: string; readonly fix: string };

invariant(parentPort, "deck-worker.ts runs as a worker thread of read-deck-aside.ts");
const { bytes, template } = workerData as DeckToRead;
parentPort.postMessage(answer());

/** Anything but a Problem is a bug: it ends the thread, and the caller hears of it as the thread's error. */
function answer(): DeckReply {
  try {
    return { kind: "read", reading: readDeck(bytes, template) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: "problem", code: error.code, what: error.what, fix: error.fix };
  }
}
