import { counted } from "../core/counted.ts";
import { issuePushToken } from "../server/mediation/push-token.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, flag } from "./input.ts";

/** `tollwright source token` */
export const sourceTokenCommand = defineCommand({
  name: "token",
  summary: "make a secret with which a switch may push its records over HTTP",
  about:
    "The token is shown once; only its hash is kept. Earlier tokens stay valid, so that a switch can be changed without " +
    "losing a record, until --revoke-earlier says otherwise.",
  arguments: { name: argument("NAME", "the source") },
  options: { revokeEarlier: flag("--revoke-earlier", "end all earlier tokens of the source at once") },
  examples: [{ command: "tollwright source token fs-1", does: "Prints a token and the address to post to." }],
  async run(context, { name }, { revokeEarlier }) {
    const { id: tenantId } = await context.tenant();
    const request = { tenantId, source: name, revokeEarlier, actor: commandLineActor(context, tenantId) };
    const { token, revoked } = await issuePushToken(await context.db(), request);
    const path = `/v1/sources/${name}/cdrs`;
    return {
      json: { source: name, token, path, revoked },
      human: [
        ...[`Token: ${token}`, "It is not shown again."],
        `Post to ${path}, with the token as a bearer token or as the password of basic authentication.`,
        ...(revokeEarlier ? [`${counted(revoked, "earlier token")} revoked.`] : []),
      ],
    };
  },
});
