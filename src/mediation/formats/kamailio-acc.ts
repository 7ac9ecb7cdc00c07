import { openAcc, type UsualLayout } from "../acc/decoder.ts";
import { ACC_CORE, type AccColumn, type AccLayout, layoutOf } from "../acc/layout.ts";
import type { SwitchFormat } from "../decoder.ts";

/**
 * Kamailio acc: one row a transaction (INVITE, BYE) from the tables acc and missed_calls, or one row a call from
 * acc_cdrs. Flat text (`|`, db_flatstore) or a CSV export. Source: docs/guides/kamailio.md.
 */
export const kamailioAcc: SwitchFormat = {
  name: "kamailio-acc",
  title: "Kamailio acc (database export or db_flatstore)",
  evidence: "unproven",
  hint: { fileName: /kamailio/i, head: /src_user|dst_ouser/ },
  isTableExport: true,
  open: (settings) => openAcc(settings, usualLayout),
};

/** The extras of Kamailio's sample configuration: src_user, src_domain, src_ip, dst_ouser, dst_user, dst_domain. */
const SAMPLE_EXTRAS: readonly AccColumn[] = ["calling", "ignored", "sourceAddress", "ignored", "called", "ignored"];

const LAYOUTS: ReadonlyMap<number, AccLayout> = new Map(
  [ACC_CORE, [...ACC_CORE, ...SAMPLE_EXTRAS]].map((columns) => [columns.length, layoutOf(columns)]),
);
/** Exports of the tables have the row's number first. */
const LAYOUTS_WITH_ID: ReadonlyMap<number, AccLayout> = new Map(
  [...LAYOUTS].map(([count, layout]) => [
    count + 1,
    new Map([...layout].map(([column, index]) => [column, index + 1])),
  ]),
);
const CDRS = layoutOf(["recordId", "startTime", "endTime", "durationS"]);

const usualLayout: UsualLayout = (record) => {
  if (record.fieldCount === 4) return CDRS;
  return /^\d+$/.test(record.field(0)) ? LAYOUTS_WITH_ID.get(record.fieldCount) : LAYOUTS.get(record.fieldCount);
};
