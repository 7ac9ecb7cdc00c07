import { AREA_CODES_ALONE, type ExchangeStates, exchangeStates } from "../../core/numbering/jurisdiction.ts";
import type { Calling, E164 } from "../../core/numbering/number.ts";
import type { CallOrigin } from "../../core/tariff/origin-zone.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import type { Tx } from "../db/tx.ts";
import { loadExchanges, loadPortedNumbers, nanpVersion } from "./numbering-store.ts";

/** What a tenant knows of numbers of North America, in memory: a megabyte, and some hundred bytes a ported number. */
export interface NanpNumbers {
  readonly version: string;
  readonly exchanges: ExchangeStates;
  readonly ported: ReadonlyMap<E164, E164>;
}

/** Reads the tenant's tables, unless `previous` still is what they hold. */
export async function loadNanpNumbers(tx: Tx, tenantId: string, previous: NanpNumbers | null): Promise<NanpNumbers> {
  const version = await nanpVersion(tx, tenantId);
  if (previous?.version === version) return previous;
  if (version === "") return { version, exchanges: AREA_CODES_ALONE, ported: new Map() };
  const exchanges = await loadExchanges(tx, tenantId);
  return {
    version,
    exchanges: exchanges.length === 0 ? AREA_CODES_ALONE : exchangeStates(exchanges),
    ported: await loadPortedNumbers(tx, tenantId),
  };
}

/** What of a call says where it comes from, which way it took, and to where its number is ported. */
export type RoutedCall = Pick<
  UsageEvent,
  "calling" | "called" | "routingNumber" | "ingressTrunk" | "egressTrunk" | "consumed"
>;

/**
 * Where a call comes from, and to where a ported number is routed, as prices see it: the record's word goes first. Data
 * comes from the network that carries it: zones see its country and network code in the place of a number.
 */
export function originOfCall({ exchanges, ported }: NanpNumbers, call: RoutedCall): CallOrigin {
  const { called, routingNumber, ingressTrunk, egressTrunk, consumed } = call;
  const calling = consumed?.service === "data" ? networkOf(egressTrunk) : call.calling;
  const imported = called.kind === "e164" ? ported.get(called.digits) : undefined;
  return {
    calling: calling.kind === "e164" ? calling.digits : null,
    routingNumber: routingNumber ?? imported ?? null,
    ...{ exchanges, ingressTrunk, egressTrunk },
  };
}

const networkOf = (trunk: string | null): Calling =>
  /^[1-9]\d{4,5}$/.test(trunk ?? "") ? { kind: "e164", digits: trunk as E164 } : { kind: "anonymous" };
