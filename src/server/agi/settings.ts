import { type Static, Type } from "typebox";
import { closed, From, fromFaults } from "../pulls/common-settings.ts";

/** Whose dialplan asks us over FastAGI: a source's Asterisk. */
export const AgiSettings = Type.Union(
  [
    Type.Object(
      {
        from: From,
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
  fromFaults("agi", settings?.from ?? []);
