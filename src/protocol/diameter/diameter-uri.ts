/** Where a Diameter node listens (RFC 6733 §4.3.1). */
export interface DiameterUri {
  /** "aaas": TLS. */
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  readonly transport: "tcp" | "sctp" | "udp";
  readonly protocol: "diameter" | "radius" | "tacacs+";
}

const HOST = "[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?";
const OPTIONS = "(?:;transport=(tcp|sctp|udp))?(?:;protocol=(diameter|radius|tacacs\\+))?";
const URI = new RegExp(`^(aaas?)://(${HOST})(?::(\\d{1,5}))?${OPTIONS}$`, "i");
const PORT = 3868;
const SECURE_PORT = 5658;

/** Reads a DiameterURI, with the defaults of what it leaves out; undefined when it is none. */
export function parseDiameterUri(text: string): DiameterUri | undefined {
  const [whole, scheme = "", host = "", port, transport = "tcp", protocol = "diameter"] = URI.exec(text) ?? [];
  const isSecure = scheme.toLowerCase() === "aaas";
  const number = port === undefined ? (isSecure ? SECURE_PORT : PORT) : Number(port);
  if (whole === undefined || number < 1 || number > 65_535) return undefined;
  return {
    ...{ isSecure, host: host.toLowerCase(), port: number },
    transport: transport.toLowerCase() as DiameterUri["transport"],
    protocol: protocol.toLowerCase() as DiameterUri["protocol"],
  };
}
