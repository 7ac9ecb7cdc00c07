import { type Static, Type } from "typebox";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, code, id, instant, orNull, text } from "../api/schemas.ts";
import { type Alarm, acknowledgeAlarm, findAlarms } from "./find-alarms.ts";
import { FINDING_KINDS } from "./finding.ts";

const TAG = "Alarms";
const ALARMS_MAX = 500;
const Shown = Type.Object(
  {
    id: id(),
    kind: text(64, FINDING_KINDS.join(", ")),
    source: code(),
    subject: Type.String({ maxLength: 4_096, description: "what tells it from others of its kind and source" }),
    what: text(10_000),
    fix: text(10_000),
    at: instant("when the trouble was"),
    raisedAt: instant(),
    clearedAt: orNull(instant(), "null: the trouble is still there"),
    acknowledgedAt: orNull(instant()),
    acknowledgedBy: orNull(text(200)),
  },
  { ...closed, description: "Something that somebody should look at" },
);

/** Alarms of missing files and records, silent sources, clocks: list, acknowledge. */
export const alarmRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/alarms", operation: "listAlarms", tag: TAG, summary: "List alarms, newest first" },
    about: "Those that wait for somebody, or with `all` the latest of any state. An alarm clears itself.",
    ...{ admits: "sources:read", isOperatorOnly: true },
    query: Type.Object(
      {
        source: Type.Optional(code("alarms of this switch")),
        all: Type.Optional(Type.Boolean({ description: "also those that are over or were acknowledged" })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: ALARMS_MAX, default: 100 })),
      },
      closed,
    ),
    answer: Type.Object({ items: Type.Array(Shown, { maxItems: ALARMS_MAX }) }, closed),
    problems: ["source-unknown"],
    async handle({ actor: { tenantId }, db, query: { source, all: isAll = false, limit = 100 } }) {
      const alarms = await findAlarms(db, { tenantId, source, isAll, limit });
      return { items: alarms.map(alarmShown) };
    },
  }),
  apiRoute({
    ...{ method: "POST", url: "/v1/alarms/{alarm}/acknowledgement", operation: "acknowledgeAlarm", tag: TAG },
    summary: "Say that somebody has seen an alarm",
    about: "It is listed no more, and clears when its trouble is over. Whoever was first stays named.",
    ...{ admits: "sources:write", isOperatorOnly: true },
    params: Type.Object({ alarm: id() }, closed),
    answer: Shown,
    problems: ["alarm-unknown"],
    handle: async ({ actor, db, params }) => alarmShown(await acknowledgeAlarm(db, { id: params.alarm, actor })),
  }),
];

const time = (at: EpochMs): string => toInstant(at).toString();
const timeOrNull = (at: EpochMs | null): string | null => (at === null ? null : time(at));

const alarmShown = (alarm: Alarm): Static<typeof Shown> => ({
  ...{ id: alarm.id, kind: alarm.kind, source: alarm.source, subject: alarm.subject, what: alarm.what, fix: alarm.fix },
  ...{ at: time(alarm.at), raisedAt: time(alarm.raisedAt), clearedAt: timeOrNull(alarm.clearedAt) },
  ...{ acknowledgedAt: timeOrNull(alarm.acknowledgedAt), acknowledgedBy: alarm.acknowledgedBy },
});
