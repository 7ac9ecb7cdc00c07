import type { Database } from "../../src/server/db/database.ts";
import { type AppliedRerating, applyRerating } from "../../src/server/rerating/apply-rerating.ts";
import { previewRerating, type ReratingPreview } from "../../src/server/rerating/preview-rerating.ts";
import type { ReratingOptions, ReratingRequest, Selection } from "../../src/server/rerating/selection.ts";
import { testerOf } from "../support/actor.ts";

/** Every answered call, on all sides. */
export const EVERYTHING: Selection = {
  from: null,
  to: null,
  accounts: null,
  tariffs: null,
  sides: null,
  prefix: null,
  destination: null,
  sourceId: null,
  currency: null,
  beforeEpoch: null,
};

export const PRICES_ONLY: ReratingOptions = {
  findParties: false,
  takeBackExcluded: false,
  renewDescriptions: false,
};

/** A request that says no more than a test is about. */
export const request = (
  tenantId: string,
  selection: Partial<Selection> = {},
  options: Partial<ReratingOptions> = {},
): ReratingRequest => ({
  tenantId,
  selection: { ...EVERYTHING, ...selection },
  options: { ...PRICES_ONLY, ...options },
});

export const preview = (db: Database, asked: ReratingRequest, pageCalls?: number): Promise<ReratingPreview> =>
  previewRerating(db, asked, { examples: 3, ...(pageCalls === undefined ? {} : { pageCalls }) });

export const apply = (
  db: Database,
  asked: ReratingRequest,
  rest: { readonly pageCalls?: number; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<AppliedRerating> =>
  applyRerating(db, { request: asked, actor: testerOf(asked.tenantId), reason: "a test", ...rest });

/** What is the same in a preview and in what was done. */
export const figures = ({ looked, changed, moved, sides, kept }: ReratingPreview | AppliedRerating) => ({
  ...{ looked, changed, moved, sides, kept },
});
