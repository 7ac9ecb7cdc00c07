import { type Static, Type } from "typebox";
import { parseAddressRange } from "../../core/tenancy/address-range.ts";
import { closed } from "../pulls/common-settings.ts";

/** Who connects to us as to CGRateS: a source's OpenSIPS with its module `cgrates`. */
export const CgratesSettings = Type.Union(
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
  { default: null, description: "whose module cgrates of OpenSIPS connects to us" },
);
export type CgratesSettings = NonNullable<Static<typeof CgratesSettings>>;

/** What is wrong with settings that have the right form: "/cgrates/from/0 …". */
export const cgratesFaults = (settings: Static<typeof CgratesSettings>): readonly string[] =>
  (settings?.from ?? []).flatMap((text, index) =>
    parseAddressRange(text) === undefined ? [`/cgrates/from/${index} "${text}" is no IP address or range`] : [],
  );
