import { Worker } from "node:worker_threads";
import { Problem } from "../../core/problem.ts";
import type { DeckReading } from "../../decks/deck-row.ts";
import { readDeck } from "../../decks/read-deck.ts";
import { deckTooLarge } from "../../decks/table/open-deck.ts";
import type { DeckTemplate } from "../../decks/template.ts";
import type { DeckReply, DeckToRead } from "./deck-worker.ts";

/**
 * A sheet of 200,000 rows takes 16 s and 1.5 GB here; a workbook made to do harm would take for ever and everything.
 */
const READ_MINUTES_MAX = 5;
const READ_MEMORY_MB_MAX = 4_096;
/** Nearly all that is read lives on: with room for it, less is copied: 40,000 rows take 2.6 s of CPU, not 3.1. */
const YOUNG_MEMORY_MB = 192;

/**
 * Reads a rate deck. A workbook is read in a thread of its own, which can be ended when it takes too much: the parser
 * holds the whole of it and cannot be interrupted. Text is read here, in a fifth of the time that it would take to hand
 * the rows over.
 *
 * @throws Problem `deck-…`, as of {@link readDeck}.
 */
export async function readDeckAside(bytes: Uint8Array, template: DeckTemplate): Promise<DeckReading> {
  return isContainer(bytes) ? await readInThread({ bytes, template }) : readDeck(bytes, template);
}

/** A ZIP (XLSX) or OLE (XLS) file. */
const isContainer = ([first, second]: Uint8Array): boolean =>
  (first === 0x50 && second === 0x4b) || (first === 0xd0 && second === 0xcf);

async function readInThread(deck: DeckToRead): Promise<DeckReading> {
  const worker = new Worker(new URL("./deck-worker.ts", import.meta.url), {
    workerData: deck,
    resourceLimits: { maxOldGenerationSizeMb: READ_MEMORY_MB_MAX, maxYoungGenerationSizeMb: YOUNG_MEMORY_MB },
  });
  const reply = await new Promise<DeckReply>((resolve, reject) => {
    const timer = setTimeout(() => {
      void worker.terminate();
      reject(deckTooLarge(`what can be read in ${READ_MINUTES_MAX} minutes`));
    }, READ_MINUTES_MAX * 60_000);
    worker.once("message", resolve);
    worker.once("error", (error: NodeJS.ErrnoException) => {
      const isTooLarge = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      reject(isTooLarge ? deckTooLarge(`what can be read in ${READ_MEMORY_MB_MAX} MB of memory`) : error);
    });
    worker.once("exit", (status) => {
      clearTimeout(timer);
      reject(new Error(`The thread that reads decks ended with status ${status}.`)); // of no effect after an answer
    });
  });
  if (reply.kind === "problem") throw new Problem(reply.code, { what: reply.what, fix: reply.fix });
  return reply.reading;
}
