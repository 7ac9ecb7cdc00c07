import { eventText, type StoredEvent } from "../server/events/event.ts";
import { eventJson, findEvents, followEvents } from "../server/events/find-events.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { option } from "./input.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const EVERY_MS = 1_000;
/** Events of one look. */
const EVENTS_MAX = 1_000;

const filterOptions = {
  account: option("--account CODE", "only those of this account"),
  kind: option("--kind NAME", "only those of this kind, such as balance-low"),
};

const list = defineCommand({
  name: "list",
  summary: "list what has happened that somebody should hear of, the latest first",
  about:
    "`balance-low`: a balance fell below a threshold of its account or of the tenant, once for each time that it did.",
  options: { limit: listOptions.limit, ...filterOptions },
  examples: [{ command: "tollwright event list --account bakery", does: "The warnings of one customer." }],
  async run(context, _args, { limit, ...filter }) {
    const { id: tenantId } = await context.tenant();
    const events = await findEvents(await context.db(), { tenantId, ...filter, limit: listLimit(limit) });
    return {
      json: { events: events.map(eventJson) },
      human: [tableOr(eventTable(events), "Nothing has happened that somebody should hear of.")],
    };
  },
});

const watch = defineCommand({
  name: "watch",
  summary: "follow what happens, until it is interrupted",
  about:
    "Writes a line for every event from now on: on standard error for people, or with --json at the end how many there " +
    "were.",
  options: filterOptions,
  endsBySignal: true,
  examples: [{ command: "tollwright event watch --kind balance-low", does: "Follows balances that get low." }],
  async run(context, _args, filter) {
    const { id: tenantId } = await context.tenant();
    const { signal } = context;
    let events = 0;
    const following = { everyMs: EVERY_MS, signal };
    for await (const event of followEvents(await context.db(), { tenantId, ...filter, limit: EVENTS_MAX }, following)) {
      events += 1;
      context.note(`${timeText(event.happenedAt)} ${event.kind}: ${eventText(event)}`);
    }
    return { json: { events }, human: [`${events} events.`] };
  },
});

/** `tollwright event …` */
export const eventCommands: CommandGroup = {
  name: "event",
  summary: "what has happened that somebody should hear of",
  commands: [list, watch],
};

const eventTable = (events: readonly StoredEvent[]): Table => ({
  columns: ["AT", "EVENT", "ACCOUNT", "WHAT"].map((title) => ({ title })),
  rows: events.map((event) => [timeText(event.happenedAt), event.kind, event.account ?? "-", eventText(event)]),
});
