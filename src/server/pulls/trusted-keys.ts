import { pinKey } from "./pull-store.ts";
import type { PullRun } from "./puller.ts";

/** Which fingerprints a server may show. */
export interface TrustedKeys {
  /** None: nothing says which. */
  readonly expected: readonly string[];
  /** Whether it is one of these. Where there are none and the pull trusts first, it is, and alone from now on. */
  accept(fingerprint: string): Promise<boolean>;
}

/** What the settings give comes first, then what was pinned on first use. */
export function trustedKeys(
  { db, pull, settings, isPreview }: PullRun<{ readonly trustFirst: boolean }>,
  given: readonly string[],
): TrustedKeys {
  const expected = given.length > 0 ? given : pull.pinned === null ? [] : [pull.pinned];
  const pin = async (fingerprint: string): Promise<boolean> => {
    if (!settings.trustFirst) return false;
    if (isPreview) return true;
    const { tenantId } = pull;
    return (await db.transaction("app", { tenantId }, (tx) => pinKey(tx, pull.id, fingerprint))) === fingerprint;
  };
  return {
    expected,
    accept: async (fingerprint) => (expected.length === 0 ? pin(fingerprint) : expected.includes(fingerprint)),
  };
}
