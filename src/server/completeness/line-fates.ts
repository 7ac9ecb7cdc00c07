/** What became of a row, as the lines of a file are listed. */
export const LINE_FATES = ["stored", "duplicate", "non-billable", "quarantined", "open"] as const;
export type LineFate = (typeof LINE_FATES)[number];
