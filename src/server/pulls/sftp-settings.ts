import { type Static, Type } from "typebox";
import { closed, Host, Port, pullFields, SecretFrom, TimeoutS, User } from "./common-settings.ts";
import { filePullFields } from "./file-pull-settings.ts";

/** A folder on an SSH server. */
export const SftpPull = Type.Object(
  {
    kind: Type.Literal("sftp"),
    ...pullFields,
    ...filePullFields,
    host: Host,
    port: Port(22),
    user: User,
    passwordFrom: Type.Optional(SecretFrom),
    privateKeyFrom: Type.Optional(SecretFrom),
    passphraseFrom: Type.Optional(SecretFrom),
    /** The server's keys, as `ssh-keygen -lf` prints them: one of them has to be offered. */
    hostKeys: Type.Array(Type.String({ pattern: "^SHA256:[A-Za-z0-9+/]{43}=?$" }), { maxItems: 20, default: [] }),
    /** Where no key is given: whether the one of the first connection is trusted from then on. */
    trustFirst: Type.Boolean({ default: false }),
    timeoutS: TimeoutS,
  },
  closed,
);
export type SftpPull = Static<typeof SftpPull>;
