import { basename } from "node:path";
import { counted } from "../core/counted.ts";
import { findNanpImports, importNanp } from "../server/numbering/import-nanp.ts";
import { NANP_TABLES, type NanpTable } from "../server/numbering/nanp-table.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, inputRefused } from "./input.ts";
import { readText } from "./read-text.ts";

const importCommand = defineCommand({
  name: "import",
  summary: "import the states of exchanges, or ported numbers, of North America",
  about:
    "CSV: npanxx,state[,lata] for exchanges; number,lrn for ported-numbers. The file takes the place of the one before. Of " +
    "exchanges that are not in it the area code alone says the state.",
  arguments: {
    table: argument("TABLE", NANP_TABLES.join(" or ")),
    file: argument("FILE.csv", 'the table; "-" reads standard input'),
  },
  examples: [
    { command: "tollwright numbers import exchanges npanxx.csv", does: "Calls are interstate or not by exchange." },
    { command: "tollwright numbers import ported-numbers lrn.csv", does: "Ported numbers count as their LRN." },
  ],
  async run(context, { table, file }) {
    const kind = readTable(table);
    const { id: tenantId } = await context.tenant();
    const name = file === "-" ? "standard input" : basename(file);
    const text = await readText(file, context.stdin);
    const rows = await importNanp(await context.db(), {
      tenantId,
      kind,
      name,
      text,
      actor: commandLineActor(context, tenantId),
    });
    return {
      json: { table: kind, rows },
      human: [`${counted(rows, "row")} of ${kind} imported; calls from now on are priced by them.`],
    };
  },
});

const list = defineCommand({
  name: "list",
  summary: "list the imported tables of numbers",
  examples: [{ command: "tollwright numbers list", does: "Says which file each is from, and when it came." }],
  async run(context) {
    const { id } = await context.tenant();
    const imports = await findNanpImports(await context.db(), id);
    const rows = imports.map((one) => [one.kind, one.fileName, String(one.rows), one.importedAt, one.importedBy]);
    const columns = ["TABLE", "FILE", "ROWS", "IMPORTED", "BY"].map((title) => ({ title }));
    return { json: { imports }, human: rows.length === 0 ? ["There are none."] : [{ columns, rows }] };
  },
});

/** `tollwright numbers …` */
export const numbersCommands: CommandGroup = {
  name: "numbers",
  summary: "tables of numbers: states of exchanges, ported numbers",
  commands: [importCommand, list],
};

function readTable(text: string): NanpTable {
  const table = NANP_TABLES.find((name) => name === text);
  if (table === undefined) throw inputRefused(`There is no table "${text}". Give ${NANP_TABLES.join(" or ")}.`);
  return table;
}
