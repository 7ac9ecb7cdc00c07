import { parseDecimal } from "../../src/core/money/decimal.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import type { TariffTerms } from "../../src/core/tariff/tariff.ts";
import type { Consumed } from "../../src/core/usage/service-units.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { anyRate, type Operator } from "./operator.ts";

/** What tariffs of other services than voice have in their terms. */
export const unitTerms = (service: Consumed["service"]): Partial<TariffTerms> => ({
  ...{ service, windowCrossing: "at-answer", reprice: "at-answer" },
});

/** A rate a message, or for `unitS` octets. */
export const unitRate = (prefix: string, price: string, unitS = 1, rest: Partial<Rate> = {}): Rate =>
  anyRate(prefix, "0", { ratePerUnit: parseDecimal(price)!, unitS, ...rest });

/** Messages to Germany at .05, data at 2 a gigabyte, by the octet: each in a tariff of its own. */
export async function unitTariffs(operator: Operator, account: StoredAccount): Promise<void> {
  await operator.tariff(`messages of ${account.code}`, [unitRate("49", "0.05")], [account], unitTerms("sms"));
  const gigabyte = unitRate("", "2", 1_000_000_000);
  const free = unitRate("0000000020", "0", 1_000_000_000, { destination: "Zero rated" });
  await operator.tariff(`data of ${account.code}`, [gigabyte, free], [account], unitTerms("data"));
}
