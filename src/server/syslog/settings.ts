import { type Static, Type } from "typebox";
import { fromFaults } from "../pulls/common-settings.ts";

/** Which syslog messages are a source's records. */
export const SyslogSettings = Type.Union(
  [
    Type.Object(
      {
        from: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
          minItems: 1,
          maxItems: 100,
          description: "addresses, or ranges of them, that the source's messages come from",
        }),
        program: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()], {
          default: null,
          description: "the program (APP-NAME, tag) that writes records; null takes any",
        }),
        marker: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()], {
          default: null,
          description: "what the text of a record begins with; it is taken off. null: every text is a record",
        }),
      },
      { additionalProperties: false },
    ),
    Type.Null(),
  ],
  { default: null, description: "which syslog messages are records of the source" },
);
export type SyslogSettings = NonNullable<Static<typeof SyslogSettings>>;

/** What is wrong with settings that have the right form: "/syslog/from/0 …". */
export const syslogFaults = (settings: Static<typeof SyslogSettings>): readonly string[] =>
  fromFaults("syslog", settings?.from ?? []);
