import { type Static, Type } from "typebox";
import { closed, SecretFrom, User } from "../pulls/common-settings.ts";

/** Where a source's Asterisk has its REST interface: its calls are followed and ended there. */
export const AriSettings = Type.Union(
  [
    Type.Object(
      {
        url: Type.String({ minLength: 1, maxLength: 1_000, description: "such as http://10.0.0.7:8088" }),
        user: { ...User, description: "as in ari.conf" },
        passwordFrom: SecretFrom,
        application: Type.String({
          ...{ pattern: "^[A-Za-z][A-Za-z0-9_-]{0,63}$", default: "tollwright" },
          description: "the name of the application that events are sent to",
        }),
        timeoutMs: Type.Integer({
          ...{ minimum: 100, maximum: 30_000, default: 3_000 },
          description: "how long an answer may take",
        }),
      },
      closed,
    ),
    Type.Null(),
  ],
  { default: null, description: "where the switch's Asterisk has its REST interface" },
);
export type AriSettings = NonNullable<Static<typeof AriSettings>>;

/** What is wrong with settings that have the right form: "/ari/url …". */
export function ariFaults(settings: Static<typeof AriSettings>): readonly string[] {
  if (settings === null) return [];
  const url = URL.parse(settings.url);
  if (url === null || !/^https?:$/.test(url.protocol)) return [`/ari/url "${settings.url}" is no URL of HTTP`];
  return url.username === "" && url.password === "" && url.search === ""
    ? []
    : ["/ari/url must not hold a password, nor a question mark"];
}
