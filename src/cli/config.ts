import { SETTINGS } from "../config.ts";
import { shownUrl } from "../shown-url.ts";
import { defineCommand } from "./command.ts";

/** `tollwright config` */
export const configCommand = defineCommand({
  name: "config",
  summary: "show the settings in effect",
  about: "Settings come from the environment; docs/reference/config.md describes each. Passwords are masked.",
  examples: [{ command: "tollwright config", does: "Lists every setting, its value and its variable." }],
  async run({ config }) {
    const settings = Object.entries(SETTINGS).map(([key, { variable, initial }]) => {
      const value = config[key as keyof typeof SETTINGS];
      const shown = typeof value === "string" ? shownUrl(value) : value;
      return { key, variable, value: shown, initial };
    });
    return {
      json: { settings },
      human: [
        {
          columns: [{ title: "VARIABLE" }, { title: "VALUE" }, { title: "DEFAULT" }],
          rows: settings.map(({ variable, value, initial }) => [variable, shownAs(value), shownAs(initial)]),
        },
      ],
    };
  },
});

const shownAs = (value: string | number | null): string => (value === null || value === "" ? "none" : String(value));
