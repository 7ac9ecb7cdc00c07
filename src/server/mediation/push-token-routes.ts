import { Type } from "typebox";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, code, count, text } from "../api/schemas.ts";
import { issuePushToken } from "./push-token.ts";

/** Secrets with which switches post their records and ask for their calls: make. */
export const pushTokenRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "POST", url: "/v1/sources/{source}/tokens", operation: "issueSourceToken", tag: "Sources" },
    summary: "Make a token for a switch",
    about:
      "It is shown once: only its hash is kept. Earlier tokens stay valid, so that a switch can be changed without " +
      "losing a record, unless `revokeEarlier` says otherwise.",
    ...{ admits: "sources:write", isOperatorOnly: true },
    params: Type.Object({ source: code("its name") }, closed),
    body: Type.Object(
      { revokeEarlier: Type.Optional(Type.Boolean({ description: "end all earlier tokens of the source at once" })) },
      { ...closed, examples: [{ revokeEarlier: true }] },
    ),
    answer: Type.Object({ token: text(200, "not shown again"), revoked: count("earlier tokens that ended") }, closed),
    status: 201,
    problems: ["source-unknown"],
    handle: async ({ actor, db, params: { source }, body: { revokeEarlier = false } }) =>
      await issuePushToken(db, { tenantId: actor.tenantId, source, revokeEarlier, actor }),
  }),
];
