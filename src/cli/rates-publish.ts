import { fromInstant } from "../core/time/epoch.ts";
import { discardDeck } from "../server/tariff/discard-deck.ts";
import { publishDeck } from "../server/tariff/publish-deck.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, flag } from "./input.ts";
import { LIMIT, limit } from "./rates-options.ts";
import { comparisonJson, comparisonText } from "./rates-preview.ts";
import { rerateHint } from "./rerate-hint.ts";

const draft = argument("DRAFT", "the draft's id, as `rates import` and `rates show` print it");

/** `tollwright rates publish` */
export const ratesPublishCommand = defineCommand({
  name: "publish",
  summary: "make a draft the next version of its tariff",
  about:
    "It is compared once more: if it would do something else than it last showed, nothing is published. A version is " +
    "never changed again; calls that were rated keep the price they had.",
  arguments: { draft },
  options: {
    acceptFindings: flag("--accept-findings", "publish it although findings block it"),
    acceptChanges: flag("--accept-changes", "publish it although its effect has changed since it was shown"),
    limit,
  },
  examples: [
    { command: "tollwright rates publish 019bf3a2-0d7c-7000-9c1e-2f6b5d1a8e44", does: "Publishes it." },
    {
      command: "tollwright rates publish 019bf3a2-0d7c-7000-9c1e-2f6b5d1a8e44 --accept-findings",
      does: "The same after the carrier has confirmed what the findings doubt.",
    },
  ],
  async run(context, { draft: deckId }, { limit: shown = LIMIT, ...accepted }) {
    const { id: tenantId } = await context.tenant();
    const actor = commandLineActor(context, tenantId);
    const wanted = { tenantId, deckId, now: fromInstant(context.now), actor, ...accepted };
    const { deck, kind, version, comparison } = await publishDeck(await context.db(), wanted);
    const tariff = deck.tariffName;
    const said = {
      published: `Published as version ${version} of tariff "${tariff}".`,
      before: `Nothing to do: it was published before, as version ${version} of tariff "${tariff}".`,
      unchanged: `Nothing to publish: version ${version} of tariff "${tariff}" is as the deck says.`,
    };
    return {
      json: {
        deck: deckId,
        tariff,
        outcome: kind,
        version,
        comparison: comparison && comparisonJson(comparison, shown),
      },
      human: [
        ...(kind === "published" && comparison ? [...comparisonText(comparison, shown), ""] : []),
        said[kind],
        ...(kind === "published" ? await rerateHint(context, tenantId) : []),
      ],
    };
  },
});

/** `tollwright rates discard` */
export const ratesDiscardCommand = defineCommand({
  name: "discard",
  summary: "give a draft up",
  arguments: { draft },
  examples: [{ command: "tollwright rates discard 019bf3a2-0d7c-7000-9c1e-2f6b5d1a8e44", does: "Removes its rows." }],
  async run(context, { draft: deckId }) {
    const { id: tenantId } = await context.tenant();
    await discardDeck(await context.db(), { tenantId, deckId, actor: commandLineActor(context, tenantId) });
    return { json: { deck: deckId, state: "discarded" }, human: [`Draft ${deckId} discarded.`] };
  },
});
