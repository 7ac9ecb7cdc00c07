import { ROUNDING_MODES } from "../core/money/rounding.ts";
import { epochMs, toInstant } from "../core/time/epoch.ts";
import { createTariff } from "../server/tariff/create-tariff.ts";
import { deriveTariff } from "../server/tariff/derive-tariff.ts";
import { findTariffs, type TariffSummary } from "../server/tariff/find-tariffs.ts";
import { assignTariff } from "../server/tenancy/assign-tariff.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { atCommandLine, commandLineActor } from "./command-line-actor.ts";
import { argument, dryRun, option, requiredOption } from "./input.ts";
import { readChoice, readDecimal, readWhole } from "./read-input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import { rerateHint } from "./rerate-hint.ts";

const NAME = "the tariff's name";

const list = defineCommand({
  name: "list",
  summary: "list tariffs at their newest version",
  examples: [{ command: "tollwright tariff list", does: "Shows version, currency, rounding and base of each." }],
  async run(context) {
    const { id } = await context.tenant();
    const tariffs = await findTariffs(await context.db(), id);
    return {
      json: { tariffs },
      human: [
        {
          columns: [
            { title: "TARIFF" },
            { title: "VERSION", align: "right" },
            ...["CURRENCY", "ROUNDING", "TIME ZONE", "DERIVED FROM"].map((title) => ({ title })),
          ],
          rows: tariffs.map((tariff) => [tariff.name, String(tariff.version), ...termsCells(tariff)]),
        },
      ],
    };
  },
});

function termsCells({ terms, derivedFrom }: TariffSummary): string[] {
  const rounding = terms && `${terms.rounding} to ${terms.decimals}`;
  const formula = derivedFrom ? formulaText(derivedFrom) : "";
  return [terms?.currency ?? "", rounding ?? "", terms?.timeZone ?? "", formula];
}

/** "retail - 20 %", "carrier-a + 15 % + 0.001 a unit". */
function formulaText({ base, markupPercent, addPerUnit }: NonNullable<TariffSummary["derivedFrom"]>): string {
  const signed = (amount: string) => (amount.startsWith("-") ? `- ${amount.slice(1)}` : `+ ${amount}`);
  const markup = markupPercent === "0" ? [] : [`${signed(markupPercent)} %`];
  const addition = addPerUnit === "0" ? [] : [`${signed(addPerUnit)} a unit`];
  return [base, ...markup, ...addition].join(" ");
}

const create = defineCommand({
  name: "create",
  summary: "create a tariff without rates, for decks to be imported into",
  about: "Its first version fixes its terms. What is left out takes the tenant's value or the default.",
  arguments: { name: argument("NAME", NAME) },
  options: {
    currency: option("--currency CODE", "ISO 4217 code; the tenant's if left out"),
    timeZone: option("--time-zone ZONE", "zone of its windows; the tenant's if left out"),
    decimals: option("--decimals N", "decimals a charge is rounded to; 6 if left out", readWhole(0, 9)),
    rounding: option(
      "--rounding MODE",
      `${ROUNDING_MODES.join(", ")}; half-up if left out`,
      readChoice(...ROUNDING_MODES),
    ),
    incrementBase: option(
      "--increment-base BASE",
      "what next steps count from: after-initial (if left out) or total",
      readChoice("after-initial", "total"),
    ),
    dryRun,
  },
  examples: [
    { command: "tollwright tariff create carrier-a", does: "Creates it in the tenant's currency." },
    { command: "tollwright tariff create wholesale --currency USD --decimals 4 --rounding up", does: "Says more." },
  ],
  async run(context, { name }, { dryRun: dry, ...terms }) {
    const setup = given({ name, ...terms });
    const tenant = await context.tenant();
    await createTariff(await context.db(), tenant, setup, { dryRun: dry, actor: atCommandLine(context) });
    return {
      json: { tariff: name, change: "created", dryRun: dry },
      human: [`Tariff "${name}" ${dry ? "would be created" : "created"}.`],
    };
  },
});

const derive = defineCommand({
  name: "derive",
  summary: "make a tariff that sells another one's prices by a formula",
  about:
    "Its prices are those of the base × (1 + markup / 100) + what is added a unit, found anew with every version of " +
    "the base. If there is a tariff of that name, its new formula is published. Overrides for single prefixes: " +
    "describe the tariff in a setup file (`tollwright apply`).",
  arguments: { name: argument("NAME", NAME) },
  options: {
    base: requiredOption("--base NAME", "the tariff to derive from"),
    markup: option("--markup PERCENT", "on every price; 0 if left out", readDecimal),
    add: option("--add AMOUNT", "on the price of every unit; 0 if left out", readDecimal),
    decimals: option("--decimals N", "decimals that a derived price is rounded to; 6 if left out", readWhole(0, 9)),
    rounding: option(
      "--rounding MODE",
      `${ROUNDING_MODES.join(", ")}; half-up if left out`,
      readChoice(...ROUNDING_MODES),
    ),
    increments: option("--increments FIRST/NEXT", "in place of the base's, such as 60/60"),
    dryRun,
  },
  examples: [
    { command: "tollwright tariff derive partner --base carrier-a --markup 15", does: "15 % on top of carrier-a." },
    {
      command: "tollwright tariff derive partner --base carrier-a --markup 15 --rounding up --decimals 4",
      does: "Rounded.",
    },
  ],
  async run(context, { name }, options) {
    const { base, markup: markupPercent, add: addPerUnit, decimals, rounding, increments } = options;
    const formula = given({ base, markupPercent, addPerUnit, decimals, rounding, increments });
    const tenant = await context.tenant();
    const how = { dryRun: options.dryRun, actor: atCommandLine(context) };
    const change = await deriveTariff(await context.db(), tenant, { name, derive: formula }, how);
    return {
      json: { tariff: name, base, change, dryRun: options.dryRun },
      human: [
        `Tariff "${name}", derived from "${base}": ${change}${options.dryRun ? " (dry run)" : ""}.`,
        ...(options.dryRun || change === "unchanged" ? [] : await rerateHint(context, tenant.id)),
      ],
    };
  },
});

const assign = defineCommand({
  name: "assign",
  summary: "let an account buy at a tariff",
  arguments: { name: argument("NAME", NAME) },
  options: {
    account: requiredOption("--account CODE", "the account's code"),
    from: option("--from TIME", `for calls answered from then on: ${TIME_FORM}; any time if left out`),
    dryRun,
  },
  examples: [
    { command: "tollwright tariff assign retail --account bakery", does: "For calls of any time." },
    { command: "tollwright tariff assign retail-2027 --account bakery --from 2027-01-01", does: "From New Year on." },
  ],
  async run(context, { name }, options) {
    const { id: tenantId, timeZone } = await context.tenant();
    const { account: accountCode, dryRun: dry, from } = options;
    const effectiveFrom = from === undefined ? epochMs(0) : readTime(from, timeZone, "tollwright tariff assign");
    const wanted = {
      tenantId,
      accountCode,
      tariffName: name,
      effectiveFrom,
      dryRun: dry,
      actor: commandLineActor(context, tenantId),
    };
    const changed = await assignTariff(await context.db(), wanted);
    const since = toInstant(effectiveFrom).toString();
    const done = changed ? (dry ? "would buy" : "buys") : "already buys";
    const when = from === undefined ? "at any time" : `from ${since} on`;
    return {
      json: { account: accountCode, tariff: name, effectiveFrom: since, changed, dryRun: dry },
      human: [
        `Account ${accountCode} ${done} at tariff "${name}" ${when}.`,
        ...(changed && !dry ? await rerateHint(context, tenantId) : []),
      ],
    };
  },
});

/** `tollwright tariff …` */
export const tariffCommands: CommandGroup = {
  name: "tariff",
  summary: "price lists and who buys at them",
  commands: [list, create, derive, assign],
};

/** Fields that may be undefined become optional ones. */
type Given<Fields> = { [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key] } & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>;
};

/** The fields that have a value: a setup tells "left out" from everything else. */
const given = <Fields extends object>(fields: Fields): Given<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
