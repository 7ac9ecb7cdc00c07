/** A peer that may connect. */
export interface PeerSettings {
  /** Its Origin-Host, without regard to case. */
  readonly host: string;
  /** Its Origin-Realm; null: any. */
  readonly realm: string | null;
  /** IP addresses that it connects from; none: any. */
  readonly addresses: readonly string[];
  /** It has to connect over TLS, with a certificate for its host. */
  readonly needsTls: boolean;
  /**
   * AVPs with the M flag that the dictionary does not have are passed over. RFC 6733 has such a request refused (5001),
   * but gateways of a later 3GPP release than ours send them.
   */
  readonly passesUnknownAvps: boolean;
  /** Requests in work at a time; more are answered 3004 (DIAMETER_TOO_BUSY). */
  readonly inWorkMax: number;
}

/** A peer with what needs no saying. */
export const peerSettings = (peer: Pick<PeerSettings, "host"> & Partial<PeerSettings>): PeerSettings => ({
  ...{ realm: null, addresses: [], needsTls: false, passesUnknownAvps: false, inWorkMax: 1_000 },
  ...peer,
});

/** Peers by host, and whom to let in at all. */
export class PeerTable {
  readonly #byHost: ReadonlyMap<string, PeerSettings>;
  /** Undefined: some peer may come from anywhere. */
  readonly #addresses: ReadonlySet<string> | undefined;

  constructor(peers: readonly PeerSettings[]) {
    this.#byHost = new Map(peers.map((peer) => [peer.host.toLowerCase(), peer]));
    const isOpen = peers.some(({ addresses }) => addresses.length === 0);
    this.#addresses = isOpen ? undefined : new Set(peers.flatMap(({ addresses }) => addresses));
  }

  /** Whether any peer connects from an address: what is not need not even be read. */
  lets(address: string): boolean {
    return this.#addresses === undefined || this.#addresses.has(address);
  }

  /** Whether a host is anybody's, wherever it connects from. */
  has(host: string): boolean {
    return this.#byHost.has(host.toLowerCase());
  }

  /** The peer that a CER from an address is of; undefined: it is nobody's. */
  find(who: { readonly host: string; readonly realm: string; readonly address: string }): PeerSettings | undefined {
    const peer = this.#byHost.get(who.host.toLowerCase());
    if (peer === undefined || (peer.addresses.length > 0 && !peer.addresses.includes(who.address))) return undefined;
    return peer.realm === null || peer.realm.toLowerCase() === who.realm.toLowerCase() ? peer : undefined;
  }
}
