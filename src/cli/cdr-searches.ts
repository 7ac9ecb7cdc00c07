import { nanosToSql } from "../core/money/nanos.ts";
import { listSearches, removeSearch } from "../server/search/saved-searches.ts";
import type { SavedSearch } from "../server/search/search-request.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument } from "./input.ts";
import { tableOr } from "./table.ts";

const list = defineCommand({
  name: "list",
  summary: "list saved searches",
  examples: [{ command: "tollwright cdr searches list", does: "What each looks for, and who saved it." }],
  async run(context) {
    const { id: tenantId } = await context.tenant();
    const searches = await listSearches(await context.db(), tenantId);
    const rows = searches.map(({ name, savedBy, ...search }) => [name, wordsOf(search), savedBy]);
    const columns = ["NAME", "LOOKS FOR", "SAVED BY"].map((title) => ({ title }));
    return {
      json: { searches: searches.map(({ request, ...rest }) => ({ ...rest, request: requestJson(request) })) },
      human: [tableOr({ columns, rows }, "No searches are saved.")],
    };
  },
});

const remove = defineCommand({
  name: "remove",
  summary: "forget a saved search",
  arguments: { name: argument("NAME", "the search's name") },
  examples: [{ command: "tollwright cdr searches remove dear-satellite", does: "Takes it off the list." }],
  async run(context, { name }) {
    const { id: tenantId } = await context.tenant();
    await removeSearch(await context.db(), commandLineActor(context, tenantId), name);
    return { json: { name, removed: true }, human: [`${name} is forgotten.`] };
  },
});

/** `tollwright cdr searches …` */
export const cdrSearchesCommands: CommandGroup = {
  name: "searches",
  summary: "searches that were saved",
  commands: [list, remove],
};

const requestJson = ({
  minCost,
  maxCost,
  ...rest
}: SavedSearch["request"]): Record<string, string | number | boolean> => ({
  ...rest,
  ...(minCost === undefined ? {} : { minCost: nanosToSql(minCost) }),
  ...(maxCost === undefined ? {} : { maxCost: nanosToSql(maxCost) }),
});

/** "called 881*, period yesterday, minCost 5" */
const wordsOf = ({ request }: Pick<SavedSearch, "request">): string =>
  Object.entries(requestJson(request))
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
