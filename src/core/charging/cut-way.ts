/** The protocols by which a switch can be told to end a call, as settings name them. */
export const CUT_WAYS = ["radius", "diameter", "event-socket", "ari", "kamailio-rpc", "evapi", "opensips"] as const;
export type CutWay = (typeof CUT_WAYS)[number];
