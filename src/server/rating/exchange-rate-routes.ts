import { Type } from "typebox";
import { formatDecimal } from "../../core/money/decimal.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, currency, date, decimal } from "../api/schemas.ts";
import { findExchangeRates } from "./find-exchange-rates.ts";

const ORDER = "exchange rates by pair and date";
const Shown = Type.Object(
  { base: currency(), quote: currency(), from: date("in the operator's zone"), rate: decimal() },
  { ...closed, description: "One unit of `base` is `rate` of `quote`, from a date until the pair's next one" },
);

/** Exchange rates: list. A setup document sets them. */
export const exchangeRateRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/exchange-rates", operation: "listExchangeRates", tag: "Exchange rates" },
    summary: "List exchange rates by pair and date",
    about: "Set them by `exchangeRates` of POST /v1/setup.",
    ...{ admits: "settings:read", isOperatorOnly: true },
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(Shown),
    async handle({ actor, db, query }) {
      const behind = keyAfter(query, ORDER, 3)?.join(" ") ?? "";
      const all = await findExchangeRates(db, actor.tenantId);
      const keyed = all.map((rate) => ({ rate, key: [rate.base, rate.quote, rate.effectiveDate] as const }));
      const rows = keyed.filter(({ key }) => key.join(" ") > behind).slice(0, rowsOf(query));
      return pageOf(query, rows, {
        order: ORDER,
        keyOf: ({ key }) => key,
        shown: ({ rate: { base, quote, effectiveDate, rate } }) => ({
          ...{ base, quote, from: effectiveDate, rate: formatDecimal(rate) },
        }),
      });
    },
  }),
];
