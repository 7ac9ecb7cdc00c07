/** Which moment of a call puts it into a period. */
export const COUNTED_BY = ["start", "answer", "end"] as const;
export type CountedBy = (typeof COUNTED_BY)[number];
