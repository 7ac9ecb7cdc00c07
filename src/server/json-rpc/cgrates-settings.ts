import { type Static, Type } from "typebox";
import { closed, From, fromFaults } from "../pulls/common-settings.ts";

/** Who connects to us as to CGRateS: a source's OpenSIPS with its module `cgrates`. */
export const CgratesSettings = Type.Union(
  [
    Type.Object(
      {
        from: From,
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
  fromFaults("cgrates", settings?.from ?? []);
