import { Type } from "typebox";
import { toInstant } from "../../core/time/epoch.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import { type ApiRoute, apiRoute, publicRoute } from "../api/api-route.ts";
import { closed, count, id, instant, orNull, text } from "../api/schemas.ts";
import { requireSession } from "./known-session.ts";
import { replyWithCookies, whereaboutsOf } from "./logged-in-reply.ts";
import {
  beginTotp,
  confirmTotp,
  findSecondFactors,
  removeSecondFactor,
  renewRecoveryCodes,
} from "./own-second-factors.ts";
import { operatorName, type People } from "./people.ts";
import { password } from "./people-schemas.ts";
import type { SecondFactor } from "./shown-second-factor.ts";

const TAG = "Second factors";
const OWN = ["log-in-needed", "log-in-over", "second-factor-due", "foreign-page", "impersonation-refused"] as const;
const ASKED = ["password-wrong", "log-in-throttled", "log-in-overloaded"] as const;
const SEALED = ["secrets-key-unusable", "secret-sealed-otherwise"] as const;

const again = Type.Optional(password("your present one; not for who has none"));
const Codes = Type.Array(Type.String({ pattern: "^[0-9a-z]{4}(-[0-9a-z]{4}){3}$" }), {
  maxItems: 10,
  description: "recovery codes, shown this once: each lets in once in place of the second factor",
});
const Factor = Type.Object(
  {
    id: id(),
    kind: Type.Enum(["totp", "webauthn"]),
    name: text(100),
    createdAt: instant(),
    confirmedAt: orNull(instant(), "null: it was never shown to work, and counts for nothing"),
    lastUsedAt: orNull(instant()),
  },
  closed,
);

const timeOrNull = (at: SecondFactor["confirmedAt"]) => (at === null ? null : toInstant(at).toString());

const factorJson = ({ id: factorId, kind, name, createdAt, confirmedAt, lastUsedAt }: SecondFactor) => ({
  ...{ id: factorId, kind, name, createdAt: toInstant(createdAt).toString() },
  ...{ confirmedAt: timeOrNull(confirmedAt), lastUsedAt: timeOrNull(lastUsedAt) },
});

const begin = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/second-factors",
    operation: "beginSecondFactor",
    tag: TAG,
    summary: "Begin to set up an app for codes",
    about:
      "Open to who is logged in, also while the operator asks for a second factor that is not there yet. Show `uri` as a QR " +
      "code, or have `secret` typed into the app; they are shown this once. It counts once a code of it is sent to " +
      "/confirmation.",
    body: Type.Object(
      { kind: Type.Enum(["totp"]), name: text(100, "by which you tell it apart"), password: again },
      { ...closed, examples: [{ kind: "totp", name: "Phone", password: "correct horse battery staple" }] },
    ),
    answer: Type.Object(
      { id: id(), secret: Type.String({ pattern: "^[A-Z2-7]{32}$" }), uri: Type.String({ maxLength: 1_000 }) },
      closed,
    ),
    status: 201,
    problems: [...OWN, ...ASKED, ...SEALED],
    async handle({ body, facts }) {
      const known = await requireSession(people, facts, ["full", "enrolment"]);
      const issuer = await operatorName(people.db, known.user.tenantId);
      return await beginTotp(people, known, { name: body.name, password: body.password, issuer });
    },
  });

const confirm = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/second-factors/{factor}/confirmation",
    operation: "confirmSecondFactor",
    tag: TAG,
    summary: "Show that the app works",
    about: "You go on here with another cookie, and are logged out everywhere else.",
    params: Type.Object({ factor: id() }, closed),
    body: Type.Object({ code: text(20) }, { ...closed, examples: [{ code: "492039" }] }),
    answer: Type.Object({ recoveryCodes: Codes }, closed),
    problems: [...OWN, ...SEALED, "second-factor-refused", "second-factor-unknown", "log-in-throttled"],
    async handle({ params, body, facts }) {
      const known = await requireSession(people, facts, ["full", "enrolment"]);
      const shown = { factorId: params.factor, code: body.code, ...whereaboutsOf(facts) };
      const { recoveryCodes, session } = await confirmTotp(people, known, shown);
      return replyWithCookies({ recoveryCodes: [...recoveryCodes] }, people, facts, { session });
    },
  });

const list = (people: People) =>
  apiRoute({
    method: "GET",
    url: "/v1/me/second-factors",
    operation: "listMySecondFactors",
    tag: TAG,
    summary: "List your second factors",
    admits: "signed-in",
    answer: Type.Object(
      { items: Type.Array(Factor, { maxItems: 100 }), recoveryCodes: count("that are left") },
      closed,
    ),
    problems: OWN,
    async handle({ actor, facts }) {
      requireOwnHands(actor);
      const known = await requireSession(people, facts);
      const { factors, recoveryCodes } = await findSecondFactors(people.db, known);
      return { items: factors.map(factorJson), recoveryCodes };
    },
  });

const remove = (people: People) =>
  apiRoute({
    method: "POST",
    url: "/v1/me/second-factors/{factor}/removal",
    operation: "removeMySecondFactor",
    tag: TAG,
    summary: "Remove one of your second factors",
    admits: "signed-in",
    params: Type.Object({ factor: id() }, closed),
    body: Type.Object({ password: again }, closed),
    answer: null,
    problems: [...OWN, ...ASKED, "second-factor-unknown", "second-factor-needed"],
    async handle({ actor, params, body, facts }) {
      requireOwnHands(actor);
      const known = await requireSession(people, facts);
      const asked = { factorId: params.factor, password: body.password, address: facts.address };
      await removeSecondFactor(people, known, asked);
    },
  });

const renew = (people: People) =>
  apiRoute({
    method: "POST",
    url: "/v1/me/recovery-codes",
    operation: "renewMyRecoveryCodes",
    tag: TAG,
    summary: "Make new recovery codes",
    about: "Those from before are good no more.",
    admits: "signed-in",
    body: Type.Object({ password: again }, closed),
    answer: Type.Object({ recoveryCodes: Codes }, closed),
    problems: [...OWN, ...ASKED],
    async handle({ actor, body, facts }) {
      requireOwnHands(actor);
      const known = await requireSession(people, facts);
      const asked = { password: body.password, address: facts.address };
      return { recoveryCodes: [...(await renewRecoveryCodes(people, known, asked))] };
    },
  });

/** The routes of one's own second factors. */
export const secondFactorRoutes = (people: People): readonly ApiRoute[] =>
  [begin, confirm, list, remove, renew].map((route) => route(people));
