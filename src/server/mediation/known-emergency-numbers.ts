import { isEmergency } from "../../core/numbering/emergency.ts";
import { normaliseCalled } from "../../core/numbering/normalise-number.ts";
import { compileNumberPlan, type NumberPlan } from "../../core/numbering/number-plan.ts";
import type { Database } from "../db/database.ts";
import type { ProtocolSource, SwitchProtocol } from "./source-store.ts";

interface Known {
  readonly plan: NumberPlan;
  readonly numbers: ReadonlySet<string>;
}

/** By source, of each database that sources were read of. */
const databases = new WeakMap<Database, Map<string, Known>>();

/** Notes by what the sources' emergency calls are known, as it was read now or of what was kept. */
export function noteEmergencyNumbers(db: Database, sources: readonly ProtocolSource<SwitchProtocol>[]): void {
  const known = databases.get(db) ?? new Map<string, Known>();
  databases.set(db, known);
  for (const { sourceId, numbers, emergencyNumbers } of sources)
    known.set(sourceId, { plan: compileNumberPlan(numbers), numbers: new Set(emergencyNumbers) });
}

/** Whether a number as a source's switch sends it is an emergency number, as far as is known without the database. */
export function isKnownEmergency(db: Database, sourceId: string, called: string): boolean {
  const known = databases.get(db)?.get(sourceId);
  return known !== undefined && isEmergency(normaliseCalled(called, known.plan), known.numbers);
}
