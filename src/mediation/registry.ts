import type { SwitchFormat } from "./decoder.ts";
import { freeswitchCsv } from "./formats/freeswitch-csv.ts";
import { mapped } from "./formats/mapped.ts";

/** Every switch format there is, in the order in which they are shown. */
export const FORMATS: readonly SwitchFormat[] = [freeswitchCsv, mapped];

/** The format an operator names; undefined when there is none of that name. */
export const formatNamed = (name: string): SwitchFormat | undefined => FORMATS.find((format) => format.name === name);
