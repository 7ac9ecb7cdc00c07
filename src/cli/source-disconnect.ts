import { disconnectSession } from "../server/radius/disconnect-session.ts";
import type { DynamicOutcome } from "../server/radius/dynamic-authorization.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, option } from "./input.ts";

/** `tollwright source disconnect` */
export const sourceDisconnectCommand = defineCommand({
  name: "disconnect",
  summary: "tell a switch over RADIUS to end a session",
  about:
    "Sends a Disconnect-Request (RFC 5176) to the source's switch, up to five times in 30 seconds, and tells what it " +
    "answered. The exit status is 1 unless the switch acknowledged it.",
  arguments: { name: argument("NAME", "the source"), session: argument("SESSION", "the session's Acct-Session-Id") },
  options: { user: option("--user NAME", "its User-Name, for a switch that asks for it") },
  examples: [
    { command: "tollwright source disconnect sbc-1 0000A1B2", does: "Ends a call, and shows that it has ended." },
  ],
  async run(context, { name, session }, { user }) {
    const { id: tenantId } = await context.tenant();
    const names = [
      ["Acct-Session-Id", session] as const,
      ...(user === undefined ? [] : [["User-Name", user] as const]),
    ];
    const outcome = await disconnectSession(await context.db(), {
      tenantId,
      source: name,
      session: names,
      actor: commandLineActor(context, tenantId),
    });
    return { json: { outcome }, human: [outcomeText(outcome)], faulty: outcome.kind !== "acknowledged" };
  },
});

/** What Error-Cause says of a session that is not there any more (RFC 5176 §3.5). */
const SESSION_GONE = 503;

function outcomeText(outcome: DynamicOutcome): string {
  switch (outcome.kind) {
    case "acknowledged":
      return "The switch ends the session.";
    case "refused":
      if (outcome.errorCause === SESSION_GONE) return "The switch has no such session.";
      return `The switch refused it${outcome.errorCause === null ? "" : `, Error-Cause ${outcome.errorCause}`}.`;
    case "no-answer":
      return `The switch did not answer any of ${outcome.sends} requests.`;
    case "not-writable":
      return "The session's names don't fit into a packet.";
    case "busy":
    case "stopped":
      return "The request was not sent.";
    default:
      return outcome satisfies never;
  }
}
