/**
 * A tag as one number, class and number together, so that tags are compared with `===`. Tag numbers have at most
 * {@link TAG_NUMBER_BITS} bits: no specification uses more.
 */
export type BerTag = number;

export const TAG_NUMBER_BITS = 28;
const NUMBER_MASK = 2 ** TAG_NUMBER_BITS - 1;

const CLASS_NAMES = ["UNIVERSAL ", "APPLICATION ", "", "PRIVATE "] as const;

/** `classBits`: 0 universal, 1 application, 2 context-specific, 3 private (X.690 §8.1.2.2). */
export const berTag = (classBits: number, number: number): BerTag => (classBits << TAG_NUMBER_BITS) | number;

/** The tag that ASN.1 writes as [APPLICATION n]. */
export const applicationTag = (number: number): BerTag => berTag(1, number);

export const END_OF_CONTENTS: BerTag = berTag(0, 0);
export const OCTET_STRING: BerTag = berTag(0, 4);

/** A tag as ASN.1 writes it: "[APPLICATION 9]", "[UNIVERSAL 4]", "[3]". */
export const tagText = (tag: BerTag): string => `[${CLASS_NAMES[tag >>> TAG_NUMBER_BITS] ?? ""}${tag & NUMBER_MASK}]`;
