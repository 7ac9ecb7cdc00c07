import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../../src/server/db/database.ts";
import { KnownSipUsers } from "../../src/server/sip-users/known-sip-users.ts";
import { WrongPasswords } from "../../src/server/sip-users/wrong-passwords.ts";
import { RadiusUsers } from "../../src/server/switches/radius-users.ts";

/** A key file that is not there: for what keeps no users. */
const NO_KEY = join(tmpdir(), "tollwright-no-secrets.key");

/** Who RADIUS requests are of, as a process that has just begun knows it. */
export const radiusUsers = (db: Database, secretsKeyFile = NO_KEY): RadiusUsers =>
  new RadiusUsers(new KnownSipUsers(db, secretsKeyFile), new WrongPasswords(() => performance.now()));
