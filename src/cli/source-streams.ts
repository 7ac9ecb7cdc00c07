import { toInstant } from "../core/time/epoch.ts";
import { type StreamStatus, streamStatus } from "../server/syslog/stream-status.ts";
import { defineCommand } from "./command.ts";
import { timeText } from "./time-text.ts";

/** `tollwright source streams` */
export const sourceStreamsCommand = defineCommand({
  name: "streams",
  summary: "what syslog messages have brought, by source",
  about:
    "MESSAGES were records and are stored (or wait in quarantine); IGNORED came from the same sender and were none. DROPPED " +
    "were too long, cut off, or came faster than the disk takes them. What the network lost before it reached this machine " +
    "nobody can count: UDP does not say. The exit status is 1 when some were dropped.",
  examples: [{ command: "tollwright source streams", does: "Shows counts and the time of the last record." }],
  async run(context) {
    const { id } = await context.tenant();
    const streams = await streamStatus(await context.db(), id);
    return {
      json: { streams: streams.map(shown) },
      human: [
        {
          columns: [
            ...["SOURCE", "FROM", "LAST"].map((title) => ({ title })),
            ...["MESSAGES", "IGNORED", "DROPPED"].map((title) => ({ title, align: "right" as const })),
          ],
          rows: streams.map(({ source, settings, counts }) => [
            ...[source, settings?.from.join(", ") ?? "nowhere", counts?.lastAt ? timeText(counts.lastAt) : "never"],
            ...[counts?.messages ?? 0, counts?.ignored ?? 0, counts?.dropped ?? 0].map(String),
          ]),
        },
      ],
      faulty: streams.some(({ counts }) => (counts?.dropped ?? 0) > 0),
    };
  },
});

const shown = ({ source, settings, counts }: StreamStatus): object => ({
  ...{ source, from: settings?.from ?? [], program: settings?.program ?? null, marker: settings?.marker ?? null },
  ...{ messages: counts?.messages ?? 0, ignored: counts?.ignored ?? 0, dropped: counts?.dropped ?? 0 },
  lastAt: counts?.lastAt ? toInstant(counts.lastAt).toString() : null,
});
