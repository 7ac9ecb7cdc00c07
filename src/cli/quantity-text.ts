import { type Service, UNITS } from "../core/usage/service-units.ts";

/** What was used, for people: "95 s", "3 messages", "1048576 octets". */
export const quantityText = (quantity: number, service: Service = "voice"): string =>
  service === "voice" ? `${quantity} s` : `${quantity} ${UNITS[service]}${quantity === 1 ? "" : "s"}`;
