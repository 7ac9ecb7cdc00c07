import { disconnectRequest } from "../../protocol/json-rpc/cgrates-session.ts";
import { readEndOutcome } from "../../protocol/json-rpc/end-outcome.ts";
import type { CgratesPeer } from "../json-rpc/cgrates-server.ts";
import type { CallCutter, CallToCut, CutOutcome } from "./call-cutter.ts";
import { type ClientOf, OpensipsRpcCutter } from "./cut-by-json-rpc.ts";
import { opensipsCallOf } from "./opensips-handle.ts";

/** The newest connection of a source's module `cgrates`; undefined: there is none. */
export type PeerOf = (sourceId: string) => CgratesPeer | undefined;

/**
 * Ends calls at OpenSIPS: by `DisconnectSession` over the connection of its module `cgrates`, else by `dlg_end_dlg`
 * where the source's settings say where OpenSIPS takes commands.
 */
export class CutAtOpensips implements CallCutter {
  readonly way = "opensips";
  readonly #peerOf: PeerOf;
  readonly #byRpc: OpensipsRpcCutter;

  constructor(peerOf: PeerOf, clientOf: ClientOf) {
    this.#peerOf = peerOf;
    this.#byRpc = new OpensipsRpcCutter(clientOf);
  }

  reaches(call: CallToCut): boolean {
    const isNamed = opensipsCallOf(call.attempt) !== null;
    return (isNamed && this.#peerOf(call.sourceId) !== undefined) || this.#byRpc.reaches(call);
  }

  async cut(call: CallToCut): Promise<CutOutcome> {
    const outcome = await this.#byModule(call);
    return outcome?.kind === "ended" || !this.#byRpc.reaches(call)
      ? (outcome ?? { kind: "failed", why: "OpenSIPS is not connected, and has no settings of JSON-RPC." })
      : await this.#byRpc.cut(call);
  }

  /** null: the module is not connected, or has not named the call's dialog. */
  async #byModule({ sourceId, attempt }: CallToCut): Promise<CutOutcome | null> {
    const peer = this.#peerOf(sourceId);
    const named = opensipsCallOf(attempt);
    if (peer === undefined || named === null) return null;
    const answer = await peer.command((id) => disconnectRequest(id, named.generation, named, "CALL_CUT"));
    if (answer === null) return { kind: "failed", why: "OpenSIPS does not answer." };
    const outcome = readEndOutcome(answer);
    if (outcome.kind === "failed") return { kind: "failed", why: outcome.message };
    return outcome.kind === "ended" ? outcome : { kind: "no-call" };
  }
}
