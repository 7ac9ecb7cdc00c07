import { type Static, Type } from "typebox";
import { parseAddressRange } from "../../core/tenancy/address-range.ts";
import { closed } from "../pulls/common-settings.ts";

/** Whose dialplan asks us over FastAGI: a source's Asterisk. */
export const AgiSettings = Type.Union(
  [
    Type.Object(
      {
        from: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
          ...{ minItems: 1, maxItems: 100 },
          description: "addresses, or ranges of them, that the source's connections come from",
        }),
      },
      closed,
    ),
    Type.Null(),
  ],
  { default: null, description: "whose dialplan asks over FastAGI" },
);
export type AgiSettings = NonNullable<Static<typeof AgiSettings>>;

/** What is wrong with settings that have the right form: "/agi/from/0 …". */
export const agiFaults = (settings: Static<typeof AgiSettings>): readonly string[] =>
  (settings?.from ?? []).flatMap((text, index) =>
    parseAddressRange(text) === undefined ? [`/agi/from/${index} "${text}" is no IP address or range`] : [],
  );
