import { type Static, Type } from "typebox";
import { invariant } from "../../core/invariant.ts";
import { parseAddressRange } from "../../core/tenancy/address-range.ts";
import { adaptProfile, type ProfileChanges } from "../../protocol/radius/adapt-profile.ts";
import { CLIENT_PROFILES, type ClientProfileName } from "../../protocol/radius/client-profile.ts";
import { utf8 } from "../../protocol/radius/octets.ts";
import { fromFaults, SecretFrom } from "../pulls/common-settings.ts";
import type { RadiusClient } from "./radius-client.ts";

const Name = Type.String({ minLength: 1, maxLength: 128 });
const Template = Type.Tuple([Name, Type.String({ maxLength: 253 })]);
const Templates = Type.Optional(Type.Array(Template, { maxItems: 50 }));
const PROFILES = Object.keys(CLIENT_PROFILES) as readonly ClientProfileName[];
const closed = { additionalProperties: false } as const;

/** How a source speaks RADIUS. */
export const RadiusSettings = Type.Union(
  [
    Type.Object(
      {
        from: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
          ...{ minItems: 1, maxItems: 100 },
          description: "addresses, or ranges of them, that the source's packets come from",
        }),
        secretFrom: SecretFrom,
        profile: Type.Union(
          PROFILES.map((name) => Type.Literal(name)),
          { default: "rfc", description: "how the client speaks" },
        ),
        changes: Type.Object(
          {
            dictionary: Type.Optional(Type.String({ maxLength: 500_000 })),
            fields: Type.Optional(
              Type.Object(
                {
                  ...{ user: Type.Optional(Name), calling: Type.Optional(Name), called: Type.Optional(Name) },
                  ...{ accountCode: Type.Optional(Name), sourceAddress: Type.Optional(Name) },
                  ...{ ingressTrunk: Type.Optional(Name), egressTrunk: Type.Optional(Name) },
                },
                closed,
              ),
            ),
            zones: Type.Optional(Type.Record(Type.String({ maxLength: 8 }), Type.String({ maxLength: 64 }))),
            causes: Type.Optional(Type.Union([Type.Literal("hexadecimal"), Type.Literal("decimal")])),
            accept: Templates,
            reject: Templates,
            identity: Type.Optional(Type.Array(Name, { maxItems: 20 })),
            h323Values: Type.Optional(Type.Union([Type.Literal("named"), Type.Literal("bare")])),
          },
          { ...closed, default: {}, description: "what the client has otherwise than its profile" },
        ),
        needsMessageAuthenticator: Type.Boolean({
          default: true,
          description: "whether Access-Request and Status-Server without Message-Authenticator are dropped",
        }),
        certificateName: Type.Union([Type.String({ minLength: 1, maxLength: 253 }), Type.Null()], {
          default: null,
          description: "the name that its certificate must have over TLS; null: any that the authority vouches for",
        }),
        whenBusy: Type.Union([Type.Literal("reject"), Type.Literal("drop")], {
          default: "reject",
          description: "what an Access-Request gets that there is no room for",
        }),
        disconnect: Type.Object(
          {
            address: Type.Union([Type.String({ maxLength: 64 }), Type.Null()], { default: null }),
            port: Type.Integer({ minimum: 1, maximum: 65_535, default: 3_799 }),
          },
          { ...closed, default: {}, description: "where it takes Disconnect and CoA; null: where it sends from" },
        ),
      },
      closed,
    ),
    Type.Null(),
  ],
  { default: null, description: "how the source speaks RADIUS" },
);
export type RadiusSettings = NonNullable<Static<typeof RadiusSettings>>;

/** What is wrong with settings that have the right form: "/radius/from/0 …". */
export function radiusFaults(settings: Static<typeof RadiusSettings>): readonly string[] {
  if (settings === null) return [];
  const adapted = adaptProfile(settings.profile, changesOf(settings));
  const { address } = settings.disconnect;
  return [
    ...fromFaults("radius", settings.from),
    ...("faults" in adapted ? adapted.faults.map((fault) => `/radius/changes ${fault}`) : []),
    ...(address !== null && parseAddressRange(address) === undefined
      ? [`/radius/disconnect/address "${address}" is no IP address`]
      : []),
  ];
}

/**
 * The client that a source is. `secret`: the text that `secretFrom` leads to. Errors: settings with {@link
 * radiusFaults} are a bug and throw.
 */
export function radiusClientOf(name: string, settings: RadiusSettings, secret: string): RadiusClient {
  const adapted = adaptProfile(settings.profile, changesOf(settings));
  invariant("profile" in adapted, `the RADIUS settings of ${name} were checked`);
  return {
    name,
    ranges: settings.from,
    secret: utf8(secret),
    profile: adapted.profile,
    needsMessageAuthenticator: settings.needsMessageAuthenticator,
    certificateName: settings.certificateName,
    whenBusy: settings.whenBusy,
    dynamicAuthorization: settings.disconnect,
  };
}

/** Without fields that are there and undefined, which the schema's type allows. */
const changesOf = ({ changes }: RadiusSettings): ProfileChanges => structuredClone(changes) as ProfileChanges;
