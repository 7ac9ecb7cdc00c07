/**
 * What the end of a call is known by where the protocol has no name for it: a repeat tells of the same length. Whoever
 * chooses Call-IDs may use one again: the end of a call of another length is no repeat, and is told of.
 */
export const stopKey = (name: string, talkedMs: number | null): string => `${name} ${talkedMs ?? ""}`.trimEnd();
