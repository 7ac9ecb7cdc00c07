import { uuidv7 } from "../../clock.ts";
import { compileNumberPlan } from "../../core/numbering/number-plan.ts";
import { epochMs } from "../../core/time/epoch.ts";
import { formatNamed } from "../../mediation/registry.ts";
import type { SourceSetup } from "../tenancy/setup-schema.ts";
import { noteChange, type SetupWork } from "../tenancy/setup-work.ts";
import { formatUnknown } from "./problems.ts";
import { readSourceConfig, type Source } from "./source.ts";
import { listSources, saveSource } from "./source-store.ts";

/** Creates the sources of a setup or gives them their new settings; answers the ids of all sources, by name. */
export async function applySources(work: SetupWork, setups: readonly SourceSetup[]): Promise<Map<string, string>> {
  const sources = new Map((await listSources(work.tx, work.tenantId)).map((source) => [source.name, source]));
  const seen = new Set<string>();
  for (const [index, setup] of setups.entries()) {
    const pointer = `/sources/${index}`;
    if (seen.has(setup.name))
      work.faults.add(`${pointer}/name`, `A source "${setup.name}" stands above already.`, "Describe it once.");
    seen.add(setup.name);
    const present = sources.get(setup.name);
    const source = work.faults.attempt(`${pointer}/settings`, () => readSource(work.tenantId, setup, present));
    if (source === undefined) continue;
    sources.set(source.name, source);
    const about = { kind: "source", name: source.name } as const;
    if (noteChange(work, about, present && asInSetup(present), asInSetup(source))) await saveSource(work.tx, source);
  }
  return new Map([...sources.values()].map(({ name, id }) => [name, id]));
}

/** A source by the words of a setup file. */
const asInSetup = ({ format, config: settings }: Source) => ({ format, settings });

/** Errors: Problems `source-settings-invalid`, `format-unknown`, `number-rules-invalid`, `mapping-invalid`. */
function readSource(tenantId: string, setup: SourceSetup, present: Source | undefined): Source {
  const config =
    setup.settings === undefined && present ? present.config : readSourceConfig(setup.name, setup.settings);
  const format = formatNamed(setup.format);
  if (format === undefined) throw formatUnknown({ source: setup.name, format: setup.format });
  compileNumberPlan(config.numbers);
  const { timeZone, fold, mapping, futureToleranceS } = config;
  format.open({ timeZone, fold, mapping, futureToleranceS, receivedAt: epochMs(0) }); // refuses a wrong mapping
  return { id: present?.id ?? uuidv7(), tenantId, name: setup.name, format: setup.format, config };
}
