import type { CgratesDialog, CgratesGeneration } from "../../protocol/json-rpc/cgrates-session.ts";
import type { CallAttempt, CallHandle } from "../charging/charging-request.ts";

/** How OpenSIPS's module finds a call that is to be ended. */
export interface OpensipsCall {
  readonly generation: CgratesGeneration;
  readonly originId: string;
  readonly dialog: CgratesDialog;
}

/** Of a request; before the answer it names no dialog, and the call can't be ended by it. */
export const handleOf = ({
  generation,
  call: { originId, dialog },
}: {
  readonly generation: CgratesGeneration;
  readonly call: Omit<OpensipsCall, "generation" | "dialog"> & { readonly dialog: CgratesDialog | null };
}): CallHandle => ({
  way: "opensips",
  names:
    dialog === null
      ? []
      : [
          ["generation", generation],
          ["OriginID", originId],
          ["DialogEntry", String(dialog.entry)],
          ["DialogID", String(dialog.id)],
        ],
});

/** The call that {@link handleOf} kept; null: none. */
export function opensipsCallOf({ handle }: Pick<CallAttempt, "handle">): OpensipsCall | null {
  if (handle?.way !== "opensips") return null;
  const { generation, OriginID: originId, DialogEntry, DialogID } = Object.fromEntries(handle.names);
  if (originId === undefined || DialogEntry === undefined || DialogID === undefined) return null;
  return {
    generation: generation === "older" ? "older" : "newer",
    originId,
    dialog: { entry: Number(DialogEntry), id: Number(DialogID) },
  };
}
