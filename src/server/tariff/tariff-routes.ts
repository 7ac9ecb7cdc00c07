import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { formatDecimal } from "../../core/money/decimal.ts";
import { type EpochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import { SERVICES } from "../../core/usage/service-units.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { cursorInvalid } from "../api/problems.ts";
import { closed, count, currency, decimal, instant, orNull, text } from "../api/schemas.ts";
import { findSeenTariffs, requireSeenTariff } from "./find-seen-tariffs.ts";
import { type ListedRate, listRates } from "./list-rates.ts";

const TAG = "Tariffs";
const Tariff = Type.Object(
  {
    name: text(200),
    version: count("0: nothing is published yet"),
    currency: orNull(currency()),
    service: orNull(Type.Enum([...SERVICES])),
    publishedAt: orNull(instant()),
  },
  { ...closed, description: "A tariff and its newest version" },
);
const Rate = Type.Object(
  {
    prefix: Type.String({ maxLength: 32, description: 'E.164 digits, or "=" and a short code' }),
    destination: Type.String({ maxLength: 200 }),
    blocked: Type.Boolean(),
    ratePerUnit: decimal("in the tariff's currency"),
    unitS: count("seconds, or units of another service, that the rate pays for"),
    firstS: count("the least that is billed"),
    nextS: count("the step after that"),
    connectFee: decimal(),
    window: orNull(text(200)),
    origin: orNull(text(200)),
    effectiveFrom: orNull(instant(), "null: from the beginning"),
    effectiveTo: orNull(instant(), "null: it has no end"),
  },
  closed,
);
const Rates = Type.Object(
  { version: count(), currency: currency(), ...listOf(Rate).properties },
  { ...closed, description: "Rates of one version of a tariff" },
);
const TARIFFS = "tariffs by name";
const RATES = "rates by place";

/** Tariffs that somebody sells or buys at, and their rates at the prices that they ask. */
export const tariffRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/tariffs", operation: "listTariffs", tag: TAG, summary: "List tariffs by name" },
    admits: "rates:read",
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(Tariff),
    async handle({ actor, db, query }) {
      const [after = null] = keyAfter(query, TARIFFS, 1) ?? [];
      const tariffs = await findSeenTariffs(db, actor.tenantId, { after, rows: rowsOf(query) });
      return pageOf(query, tariffs, { order: TARIFFS, keyOf: ({ name }) => [name], shown: tariffShown });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/tariffs/{tariff}", operation: "getTariff", tag: TAG, summary: "Show a tariff" },
    admits: "rates:read",
    params: Type.Object({ tariff: text(200, "its name") }, closed),
    answer: Tariff,
    problems: ["tariff-unknown"],
    handle: async ({ actor, db, params }) => tariffShown(await requireSeenTariff(db, actor.tenantId, params.tariff)),
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/tariffs/{tariff}/rates", operation: "listRates", tag: TAG, summary: "List rates" },
    about: "Those that hold at a time or begin later; of a derived tariff at the prices that it asks.",
    admits: "rates:read",
    params: Type.Object({ tariff: text(200, "the tariff's name") }, closed),
    query: Type.Object(
      {
        ...PageQuery,
        prefix: Type.Optional(Type.String({ pattern: "^(=\\d{0,15}|\\d{0,15})$", description: "first digits" })),
        version: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1_000_000, description: "the newest if not given" }),
        ),
        at: Type.Optional(instant("now when not given")),
      },
      closed,
    ),
    answer: Rates,
    problems: ["tariff-unknown", "tariff-unpublished", "tariff-version-unknown"],
    async handle({ actor, db, tenantDb, params, query }) {
      await requireSeenTariff(db, actor.tenantId, params.tariff);
      const at = query.at === undefined ? fromInstant(now()) : fromInstant(Temporal.Instant.from(query.at));
      const { prefix = "", version = null } = query;
      const asked = { tenantId: actor.tenantId, tariffName: params.tariff, version, prefix, at };
      const { rates, terms, version: shown } = await listRates(tenantDb, asked);
      const begins = placeAfter(keyAfter(query, RATES, 1));
      const rows = rates.map((rate, place) => ({ rate, place })).slice(begins, begins + rowsOf(query));
      const page = pageOf(query, rows, {
        ...{ order: RATES, keyOf: ({ place }) => [place + 1], shown: ({ rate }) => rateShown(rate) },
      });
      return { version: shown, currency: terms.currency, ...page };
    },
  }),
];

const tariffShown = ({
  publishedAt,
  ...tariff
}: Awaited<ReturnType<typeof requireSeenTariff>>): Static<typeof Tariff> => ({
  ...tariff,
  publishedAt: publishedAt === null ? null : toInstant(publishedAt).toString(),
});

const rateShown = (rate: ListedRate): Static<typeof Rate> => ({
  ...{ prefix: rate.prefix, destination: rate.destination, blocked: rate.blocked, unitS: rate.unitS },
  ...{ ratePerUnit: formatDecimal(rate.ratePerUnit), connectFee: formatDecimal(rate.connectFee) },
  ...{ firstS: rate.increments.firstS, nextS: rate.increments.nextS },
  ...{ window: rate.window, origin: rate.origin ?? null },
  effectiveFrom: rate.effectiveFrom > 0 ? timeText(rate.effectiveFrom) : null,
  effectiveTo: rate.effectiveTo === null ? null : timeText(rate.effectiveTo),
});

/** Errors: Problem `cursor-invalid`. */
function placeAfter(key: readonly string[] | null): number {
  const [place = "0"] = key ?? [];
  if (!/^\d{1,9}$/.test(place)) throw cursorInvalid();
  return Number(place);
}

const timeText = (at: EpochMs): string => toInstant(at).toString();
