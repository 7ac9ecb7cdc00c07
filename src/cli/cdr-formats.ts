import { FORMATS } from "../mediation/registry.ts";
import { defineCommand } from "./command.ts";

/** `tollwright cdr formats` */
export const cdrFormatsCommand = defineCommand({
  name: "formats",
  summary: "list the switch formats that a source may have",
  about:
    "`proven` ones were tried on records of real switches. The format `mapped` reads any CSV, fixed-width or JSON.",
  examples: [{ command: "tollwright cdr formats", does: "Name, switch and evidence of each." }],
  async run() {
    return {
      json: { formats: FORMATS.map(({ name, title, evidence }) => ({ name, title, evidence })) },
      human: [
        {
          columns: ["FORMAT", "SWITCH", "EVIDENCE"].map((title) => ({ title })),
          rows: FORMATS.map(({ name, title, evidence }) => [name, title, evidence]),
        },
      ],
    };
  },
});
