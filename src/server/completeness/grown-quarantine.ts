import { counted } from "../../core/counted.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import { countWaiting } from "../mediation/count-waiting.ts";
import type { Source } from "../mediation/source.ts";
import type { Finding } from "./finding.ts";

/** Sources of which more rows wait in quarantine than `quarantinedMax` of their settings says. */
export async function findGrownQuarantine(
  tx: Tx,
  { tenantId, sources, now }: { readonly tenantId: string; readonly sources: readonly Source[]; readonly now: EpochMs },
): Promise<readonly Finding[]> {
  const waiting = await countWaiting(tx, tenantId);
  return sources.flatMap(({ id, name, config }): Finding[] => {
    const [rows, rowsMax] = [waiting.get(id) ?? 0, config.completeness.quarantinedMax];
    if (rowsMax === 0 || rows <= rowsMax) return [];
    return [
      {
        kind: "quarantine-grown",
        ...{ sourceId: id, source: name, subject: "quarantine", at: now, count: rows },
        what: `${counted(rows, "row")} of ${name} wait in quarantine, more than ${rowsMax}: nobody is charged for them.`,
        fix: `See \`tollwright cdr quarantine list --source ${name}\`; completeness.quarantinedMax says how many are usual.`,
      },
    ];
  });
}
