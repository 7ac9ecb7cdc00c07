/** What is used. A tariff prices one of them, a usage event is of one of them. */
export const SERVICES = ["voice", "sms", "data"] as const;
export type Service = (typeof SERVICES)[number];

/**
 * What each service counts, always in whole ones: a call its seconds, short messages themselves, data its octets, up
 * and down together. It is what is rated, granted, held and charged.
 */
export const UNITS = { voice: "second", sms: "message", data: "octet" } as const satisfies Record<Service, string>;

/** For how many units the rate of a charge is: for a minute, a message, a megabyte of 10⁶ octets. */
export const UNITS_RATED: Readonly<Record<Service, number>> = { voice: 60, sms: 1, data: 1_000_000 };

/** What was used of another service than voice. */
export interface Consumed {
  readonly service: Exclude<Service, "voice">;
  /** Whole units of the service, 0 or more. */
  readonly quantity: number;
}

/** Largest quantity of one event: 2⁵³ − 1 octets are nine petabytes. */
export const QUANTITY_MAX = Number.MAX_SAFE_INTEGER;

/** What of a usage event says what was used. */
interface Used {
  readonly consumed?: Consumed;
}

export const serviceOf = ({ consumed }: Used): Service => consumed?.service ?? "voice";

/** What rating takes of an event, in its service's unit. */
export const quantityOf = ({ consumed, talkedS }: Used & { readonly talkedS: number }): number =>
  consumed?.quantity ?? talkedS;
