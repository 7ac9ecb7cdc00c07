import type { Trunk } from "./trunk.ts";

/** Knows the trunks that calls come in through. */
export interface IngressResolver {
  /** The trunk of that name; one of that source goes before one of any source. */
  trunkOf(sourceId: string, ingressTrunk: string | null): Trunk | undefined;
}

/** Compiles the ingress trunks of one tenant; egress trunks are ignored. */
export function compileIngress(trunks: readonly Trunk[]): IngressResolver {
  const ingress = new Map(
    trunks.flatMap((trunk) =>
      trunk.direction === "ingress" ? [[keyOf(trunk.sourceId, trunk.name), trunk] as const] : [],
    ),
  );
  return {
    trunkOf(sourceId, ingressTrunk) {
      if (ingressTrunk === null) return undefined;
      return ingress.get(keyOf(sourceId, ingressTrunk)) ?? ingress.get(keyOf(null, ingressTrunk));
    },
  };
}

const keyOf = (sourceId: string | null, name: string): string => `${sourceId ?? ""}\u0000${name}`;
