import { type Static, Type } from "typebox";
import { closed, Host, Port, pullFields, SecretFrom, TimeoutS, User } from "./common-settings.ts";
import { filePullFields } from "./file-pull-settings.ts";

const EXPLICIT_PORT = 21;

const ftpFields = {
  ...pullFields,
  ...filePullFields,
  host: Host,
  port: Port(EXPLICIT_PORT),
  user: User,
  passwordFrom: Type.Optional(SecretFrom),
  timeoutS: TimeoutS,
} as const;

/** A folder on an FTP server. Names, passwords and records travel in the clear. */
export const FtpPull = Type.Object({ kind: Type.Literal("ftp"), ...ftpFields }, closed);
export type FtpPull = Static<typeof FtpPull>;

/** A folder on an FTP server that speaks TLS, on the control connection and on those of the data. */
export const FtpsPull = Type.Object(
  {
    kind: Type.Literal("ftps"),
    ...ftpFields,
    /** TLS from the first byte, usually on port 990, instead of AUTH TLS. */
    implicit: Type.Boolean({ default: false }),
    /** A PEM file with the authorities to trust instead of the system's. */
    caFile: Type.Union([Type.String({ pattern: "^/", maxLength: 1_000 }), Type.Null()], { default: null }),
    /** The name in the certificate, where it is not that of the host. */
    serverName: Type.Union([Host, Type.Null()], { default: null }),
    /** The server's certificates, as `openssl x509 -fingerprint -sha256` prints them: one has to be shown. */
    certificates: Type.Array(Type.String({ pattern: "^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$" }), {
      maxItems: 20,
      default: [],
    }),
    /** Where no certificate is given: whether the one of the first connection is trusted from then on. */
    trustFirst: Type.Boolean({ default: false }),
  },
  closed,
);
export type FtpsPull = Static<typeof FtpsPull>;
