import { type Static, Type } from "typebox";
import { closed, pullFields, SecretFrom, TimeoutS } from "./common-settings.ts";
import { filePullFields } from "./file-pull-settings.ts";

/** A bucket of Amazon S3 or of a store that speaks its protocol. */
export const S3Pull = Type.Object(
  {
    kind: Type.Literal("s3"),
    ...pullFields,
    ...filePullFields,
    bucket: Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$" }),
    region: Type.String({ pattern: "^[A-Za-z0-9-]{1,64}$", default: "us-east-1" }),
    /** The address of a store that is not Amazon's: "https://minio.example:9000". null: Amazon's of the region. */
    endpoint: Type.Union([Type.String({ pattern: "^https?://[^\\s/?#@]+/?$", maxLength: 300 }), Type.Null()], {
      default: null,
    }),
    /** Whether the bucket stands in the path, as most stores but Amazon's want it; null: yes where `endpoint` is given. */
    pathStyle: Type.Union([Type.Boolean(), Type.Null()], { default: null }),
    accessKeyFrom: SecretFrom,
    secretKeyFrom: SecretFrom,
    sessionTokenFrom: Type.Optional(SecretFrom),
    /** A PEM file with the authorities to trust instead of the system's. */
    caFile: Type.Union([Type.String({ pattern: "^/", maxLength: 1_000 }), Type.Null()], { default: null }),
    timeoutS: TimeoutS,
    /** An object appears when it is whole: there is nothing to wait for. */
    settleS: Type.Integer({ minimum: 0, maximum: 86_400, default: 0 }),
  },
  closed,
);
export type S3Pull = Static<typeof S3Pull>;
