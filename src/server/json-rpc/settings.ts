import { type Static, Type } from "typebox";
import { closed, SecretFrom } from "../pulls/common-settings.ts";

/** Where a source's switch takes commands by JSON-RPC over HTTP: calls are ended by them. */
export const JsonRpcSettings = Type.Union(
  [
    Type.Object(
      {
        switch: Type.Union([Type.Literal("kamailio"), Type.Literal("opensips")], {
          description: "whose commands it knows",
        }),
        url: Type.String({ minLength: 1, maxLength: 1_000, description: "such as http://10.0.0.5:5060/RPC" }),
        authorizationFrom: Type.Union([SecretFrom, Type.Null()], {
          default: null,
          description: "the Authorization header that it wants; null: none",
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
  { default: null, description: "where the switch takes commands by JSON-RPC over HTTP" },
);
export type JsonRpcSettings = NonNullable<Static<typeof JsonRpcSettings>>;

/** What is wrong with settings that have the right form: "/jsonRpc/url …". */
export function jsonRpcFaults(settings: Static<typeof JsonRpcSettings>): readonly string[] {
  if (settings === null) return [];
  const url = URL.parse(settings.url);
  if (url === null || !/^https?:$/.test(url.protocol)) return [`/jsonRpc/url "${settings.url}" is no URL of HTTP`];
  return url.username === "" && url.password === "" ? [] : ["/jsonRpc/url must not hold a password"];
}
