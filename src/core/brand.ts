declare const brand: unique symbol;

/** A base type that only its own parser or constructor can make: `Brand<bigint, "Nanos">`. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
