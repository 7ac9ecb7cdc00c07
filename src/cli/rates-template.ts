import { parseTemplateText } from "../server/tariff/carrier-template.ts";
import { deleteTemplate, findTemplates, saveTemplate } from "../server/tariff/carrier-templates.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument } from "./input.ts";
import { readText } from "./read-text.ts";

const NAME = argument("NAME", "the template's name, such as the carrier's");

const save = defineCommand({
  name: "save",
  summary: "save how a carrier's decks are read, compared and checked",
  about: "The file is JSON; docs/guides/rate-decks.md lists its fields. A template of that name is replaced.",
  arguments: { name: NAME, file: argument("TEMPLATE.json", 'the template; "-" reads standard input') },
  examples: [{ command: "tollwright rates template save acme acme.json", does: "Saves it for `--template acme`." }],
  async run(context, { name, file }) {
    const { id } = await context.tenant();
    const template = parseTemplateText(await readText(file, context.stdin));
    await saveTemplate(await context.db(), commandLineActor(context, id), { name, template });
    return { json: { template: name, change: "saved" }, human: [`Template "${name}" saved.`] };
  },
});

const list = defineCommand({
  name: "list",
  summary: "list the saved templates",
  examples: [{ command: "tollwright rates template list --json", does: "Prints them with all their fields." }],
  async run(context) {
    const { id } = await context.tenant();
    const templates = await findTemplates(await context.db(), id);
    const rows = templates.map(({ name, template }) => [name, Object.keys(template as object).join(", ")]);
    return {
      json: { templates },
      human: rows.length === 0 ? ["There are none."] : [{ columns: [{ title: "TEMPLATE" }, { title: "SETS" }], rows }],
    };
  },
});

const remove = defineCommand({
  name: "delete",
  summary: "delete a saved template",
  about: "Drafts that were read by it keep a copy.",
  arguments: { name: NAME },
  examples: [{ command: "tollwright rates template delete acme", does: "Deletes it." }],
  async run(context, { name }) {
    const { id } = await context.tenant();
    await deleteTemplate(await context.db(), commandLineActor(context, id), name);
    return { json: { template: name, change: "deleted" }, human: [`Template "${name}" deleted.`] };
  },
});

/** `tollwright rates template …` */
export const ratesTemplateCommands: CommandGroup = {
  name: "template",
  summary: "how each carrier's decks are read, compared and checked",
  commands: [save, list, remove],
};
