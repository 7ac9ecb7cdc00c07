import { type Static, Type } from "typebox";
import { CUT_WAYS } from "../../core/charging/cut-way.ts";

const Way = Type.Enum([...CUT_WAYS, "none"]);

/** How a source's switch is told to end calls. */
export const CutSettings = Type.Object(
  {
    way: Type.Union([Way, Type.Null()], { default: null, description: "by which protocol; null: as the call came" }),
    trunks: Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Way, {
      default: {},
      description: "trunks whose calls are ended in another way, by their names",
    }),
  },
  { additionalProperties: false, default: {}, description: "how calls are ended at the switch" },
);
export type CutSettings = Static<typeof CutSettings>;

/**
 * By which protocol a call is ended: as its trunk says, its source, or as it came by. "none": not at all; null: by any
 * that reaches it.
 */
export function cutWayOf(
  settings: CutSettings | null,
  attempt: {
    readonly ingressTrunk: string | null;
    readonly egressTrunk: string | null;
    readonly handle?: { readonly way: CutSettings["way"] };
  },
): CutSettings["way"] {
  const trunks = [attempt.ingressTrunk, attempt.egressTrunk].flatMap((name) => (name === null ? [] : [name]));
  const ofTrunk = trunks.map((name) => settings?.trunks[name]).find((way) => way !== undefined);
  return ofTrunk ?? settings?.way ?? attempt.handle?.way ?? null;
}
