import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { signRequest } from "../../src/protocol/radius/authenticity.ts";
import { CLIENT_PROFILES, type ClientProfileName } from "../../src/protocol/radius/client-profile.ts";
import { encodeAttributes, type NamedValue } from "../../src/protocol/radius/encode-attributes.ts";
import { hidePassword } from "../../src/protocol/radius/hidden-password.ts";
import { CODES, type PacketName, type WireAttribute } from "../../src/protocol/radius/packet.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import type { RadiusClient } from "../../src/server/radius/radius-client.ts";

export const SECRET = new TextEncoder().encode("testing123");

/** A client as a test wants it: on loopback, by RFC. */
export function radiusClient(own: Partial<RadiusClient> = {}): RadiusClient {
  return {
    name: "lo",
    ranges: ["127.0.0.1"],
    secret: SECRET,
    profile: CLIENT_PROFILES.rfc,
    needsMessageAuthenticator: true,
    certificateName: null,
    whenBusy: "reject",
    dynamicAuthorization: { address: null, port: 3799 },
    ...own,
  };
}

/** Whether this machine speaks IPv6 to itself; says so when it does not. */
export function hasIpv6(): boolean {
  if (Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1")))
    return true;
  process.stderr.write("not run: this machine has no address ::1\n");
  return false;
}

export interface RequestParts {
  readonly name: PacketName;
  readonly identifier?: number;
  readonly attributes?: readonly NamedValue[];
  /** Attributes as octets, after the others: what no dictionary would write. */
  readonly raw?: readonly WireAttribute[];
  readonly password?: string;
  readonly profile?: ClientProfileName;
  readonly secret?: Uint8Array;
  readonly nonce?: Uint8Array;
  readonly hasMessageAuthenticator?: boolean;
}

const NONCE = new Uint8Array(16).fill(7);

/** The octets of a request, as a client makes them. */
export function requestOctets(parts: RequestParts): Uint8Array {
  const { name, secret = SECRET, identifier = 1, raw = [], password } = parts;
  const attributes = encodeAttributes(parts.attributes ?? [], CLIENT_PROFILES[parts.profile ?? "rfc"].dictionary);
  if ("kind" in attributes) throw new Error(`${attributes.attribute}: ${attributes.reason}`);
  const isRandom = name === "Access-Request" || name === "Status-Server";
  const nonce = parts.nonce ?? NONCE;
  const hidden =
    password === undefined
      ? []
      : [
          {
            type: 2,
            value: hidePassword(new TextEncoder().encode(password), {
              secret,
              authenticator: nonce,
              digests: DIGESTS,
            }) as Uint8Array,
          },
        ];
  const octets = signRequest({
    ...{ code: CODES[name], identifier, secret, digests: DIGESTS },
    attributes: [...attributes, ...hidden, ...raw],
    hasMessageAuthenticator: parts.hasMessageAuthenticator ?? isRandom,
    ...(isRandom ? { nonce } : {}),
  });
  if (octets === undefined) throw new Error("too many octets for a packet");
  return octets;
}

/** A socket of a switch or of anybody, and what came to it. */
export class RadiusPeer {
  readonly #socket: Socket;
  readonly #came: Buffer[] = [];
  #more = Promise.withResolvers<void>();
  #last: RemoteInfo | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (datagram, from) => {
      this.#last = from;
      this.#came.push(datagram);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    });
  }

  static async open(address = "127.0.0.1"): Promise<RadiusPeer> {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return new RadiusPeer(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(octets: Uint8Array, port: number, address = "127.0.0.1"): void {
    this.#socket.send(octets, port, address);
  }

  /** Sends to where the last datagram came from. */
  reply(octets: Uint8Array): void {
    this.send(octets, this.#last?.port ?? 0, this.#last?.address);
  }

  /** The next datagram that has not been taken. */
  async next(): Promise<Buffer> {
    while (this.#came.length === 0) await this.#more.promise;
    return this.#came.shift() as Buffer;
  }

  async ask(octets: Uint8Array, port: number): Promise<Buffer> {
    this.send(octets, port);
    return this.next();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }
}
