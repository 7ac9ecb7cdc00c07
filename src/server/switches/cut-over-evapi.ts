import { sessionDisconnect } from "../../protocol/evapi/kamailio-reply.ts";
import type { CallCutter, CallToCut, CutOutcome } from "./call-cutter.ts";
import { dialogOf } from "./kamailio-handle.ts";
import type { KamailioLink } from "./kamailio-link.ts";

/** How long the end of a call may take to be told. */
const END_MS = 5_000;
const ENDED = 5;

/**
 * Ends calls at Kamailio by `CGR_SESSION_DISCONNECT`. Kamailio does not answer it, and does not always tell the end:
 * then its dialogs say what became of the call, and its session ends with them.
 */
export class CutOverEvapi implements CallCutter {
  readonly way = "evapi";
  readonly #linkOf: (sourceId: string) => KamailioLink | undefined;

  constructor(linkOf: (sourceId: string) => KamailioLink | undefined) {
    this.#linkOf = linkOf;
  }

  reaches({ sourceId, attempt }: CallToCut): boolean {
    return this.#linkOf(sourceId)?.connection.isConnected === true && dialogOf(attempt) !== null;
  }

  async cut({ sourceId, attempt }: CallToCut): Promise<CutOutcome> {
    const link = this.#linkOf(sourceId);
    const dialog = dialogOf(attempt);
    if (link === undefined || dialog === null)
      return { kind: "failed", why: "Kamailio has not named the call's dialog." };
    const ended = link.endOf(attempt.key, END_MS);
    if (!link.connection.send(sessionDisconnect(dialog, "CALL_CUT")))
      return { kind: "failed", why: "The connection to Kamailio is lost." };
    if (await ended) return { kind: "ended" };
    const dialogs = await link.follow();
    if (dialogs === null) return { kind: "ended" };
    const listed = dialogs.find(
      ({ hashEntry, hashId }) => String(hashEntry) === dialog.hashEntry && String(hashId) === dialog.hashId,
    );
    if (listed === undefined) return { kind: "no-call" };
    return listed.state === ENDED ? { kind: "ended" } : { kind: "failed", why: "Kamailio still has the call." };
  }
}
