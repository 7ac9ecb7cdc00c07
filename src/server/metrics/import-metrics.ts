import { Counter, type Registry } from "prom-client";
import type { RowFate } from "../mediation/arrived-row.ts";
import { onStored } from "../mediation/stored-rows.ts";

/** Sources are set up by operators; one who has more of them finds the others under this name. */
const SOURCES_MAX = 1_000;
const OTHERS = "(others)";

/** Rows of imports, posts and streams by source; answers what ends the count. */
export function importMetrics(registry: Registry): () => void {
  const rows = new Counter({
    ...{ name: "tollwright_ingest_rows_total", help: "Rows that came, by what became of them", registers: [registry] },
    labelNames: ["source", "outcome"],
  });
  const names = new Set<string>();
  return onStored(({ source: { name }, fates }) => {
    if (names.size < SOURCES_MAX) names.add(name);
    const counts = new Map<RowFate, number>();
    for (const fate of fates) counts.set(fate, (counts.get(fate) ?? 0) + 1);
    for (const [fate, count] of counts) rows.inc({ source: names.has(name) ? name : OTHERS, outcome: fate }, count);
  });
}
