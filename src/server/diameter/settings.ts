import { type Static, Type } from "typebox";
import type { MoneyEnd } from "../../core/tenancy/money-end.ts";
import { MoneyEndSchema } from "../tenancy/limits-setup.ts";
import { type PeerSettings, peerSettings } from "./peer-settings.ts";

const identity = Type.String({ pattern: "^[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*$", maxLength: 253 });

/** How a source speaks Diameter: the peer that its requests come from. */
export const DiameterSettings = Type.Union(
  [
    Type.Object(
      {
        host: { ...identity, description: "the peer's Origin-Host" },
        realm: Type.Union([identity, Type.Null()], { default: null, description: "its Origin-Realm; null: any" }),
        addresses: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
          maxItems: 50,
          default: [],
          description: "IP addresses that it connects from; none: any",
        }),
        needsTls: Type.Boolean({
          default: false,
          description: "whether it has to connect over TLS, with a certificate for its host",
        }),
        passesUnknownAvps: Type.Boolean({
          default: false,
          description: "whether AVPs with the M flag that nobody knows are passed over",
        }),
        whenMoneyEnds: Type.Unsafe<MoneyEnd>({ ...MoneyEndSchema, default: { action: "terminate" } }),
      },
      { additionalProperties: false },
    ),
    Type.Null(),
  ],
  { default: null, description: "how the source speaks Diameter" },
);
export type DiameterSettings = NonNullable<Static<typeof DiameterSettings>>;

export const peerOf = (settings: DiameterSettings): PeerSettings => peerSettings(settings);
