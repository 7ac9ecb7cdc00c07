import type { KamailioDialog } from "../../protocol/evapi/kamailio-event.ts";
import type { CallAttempt, CallHandle } from "../charging/charging-request.ts";

/** How Kamailio finds a call that is to be ended; without a dialog it can't yet. */
export const handleOf = (dialog: KamailioDialog | null): CallHandle => ({
  way: "evapi",
  names:
    dialog === null
      ? []
      : [
          ["HashEntry", dialog.hashEntry],
          ["HashId", dialog.hashId],
        ],
});

/** The dialog that {@link handleOf} kept; null: none. */
export function dialogOf({ handle }: Pick<CallAttempt, "handle">): KamailioDialog | null {
  if (handle?.way !== "evapi") return null;
  const { HashEntry: hashEntry, HashId: hashId } = Object.fromEntries(handle.names);
  return hashEntry === undefined || hashId === undefined ? null : { hashEntry, hashId };
}
