import type { ClientProfile } from "../../protocol/radius/client-profile.ts";

/** Who may ask: a switch, or a proxy in front of switches. */
export interface RadiusClient {
  readonly name: string;
  /** Addresses and ranges that its packets come from: "192.0.2.7", "2001:db8::/32". */
  readonly ranges: readonly string[];
  readonly secret: Uint8Array;
  readonly profile: ClientProfile;
  /**
   * Whether an Access-Request or Status-Server without Message-Authenticator is dropped (Blast-RADIUS). Some clients
   * never send one (radcli 1.2): leave it out for those, on networks that nobody else can write to.
   */
  readonly needsMessageAuthenticator: boolean;
  /** The name that its certificate must have over TLS; null: any that the authority vouches for. */
  readonly certificateName: string | null;
  /**
   * What an Access-Request gets that there is no room for: nothing, so that the client asks the next server when it
   * tires of waiting, or a refusal at once. Accounting gets nothing, and is sent again.
   */
  readonly whenBusy: "drop" | "reject";
  /** Where it takes Disconnect and CoA (RFC 5176); `address` null: where the session's packets come from. */
  readonly dynamicAuthorization: { readonly address: string | null; readonly port: number };
}

/** Whose packet it is, and where it came from. */
export interface RadiusSender {
  readonly client: RadiusClient;
  /** By which its packets are signed: the client's own, but for one over TLS. */
  readonly secret: Uint8Array;
  readonly address: string;
  readonly port: number;
}
