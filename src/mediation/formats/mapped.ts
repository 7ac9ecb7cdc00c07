import type { SwitchFormat } from "../decoder.ts";
import { openMapped } from "../mapping/open-mapped.ts";

/** Any delimited, fixed-width or JSON records, by a mapping that an operator writes: docs/reference/cdr-mapping.md. */
export const mapped: SwitchFormat = {
  name: "mapped",
  title: "Any CSV, fixed-width or JSON records, by a mapping",
  evidence: "proven",
  open: (settings) => openMapped(settings.mapping ?? {}, settings),
};
