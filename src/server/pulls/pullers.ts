import { openFtp, openFtps } from "./open-ftp.ts";
import { openS3 } from "./open-s3.ts";
import { openSftp } from "./open-sftp.ts";
import { filePuller } from "./pull-files.ts";
import type { PullKind, PullSettings } from "./pull-settings.ts";
import type { Puller } from "./puller.ts";
import { sqlPuller } from "./sql-puller.ts";

type PullerOf<Kind extends PullKind> = Puller<Extract<PullSettings, { readonly kind: Kind }>>;

/** Who does the work of each kind. */
const PULLERS: { readonly [Kind in PullKind]: PullerOf<Kind> } = {
  sftp: filePuller(openSftp),
  ftp: filePuller(openFtp),
  ftps: filePuller(openFtps),
  s3: filePuller(openS3),
  sql: sqlPuller,
};

/** The puller of a kind; settings and puller have the same kind, which the compiler can't see. */
export const pullerOf = (kind: PullKind): Puller<PullSettings> => PULLERS[kind] as Puller<PullSettings>;
