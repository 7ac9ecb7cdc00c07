import { Type } from "typebox";
import { type ApiRoute, publicRoute } from "../api/api-route.ts";
import { closed, text } from "../api/schemas.ts";
import { cookieOf } from "./browser-cookies.ts";
import { requireSession } from "./known-session.ts";
import { replyWithCookies, whereaboutsOf } from "./logged-in-reply.ts";
import { addAuthenticator, beginAuthenticator, challengeAuthenticators } from "./own-authenticators.ts";
import { operatorName, type People } from "./people.ts";
import { password } from "./people-schemas.ts";
import { proveSecondFactor } from "./prove-second-factor.ts";
import { relyingPartyOf } from "./relying-party.ts";

const TAG = "Second factors";
const OWN = ["log-in-needed", "log-in-over", "second-factor-due", "foreign-page"] as const;
const PROVING = ["second-factor-refused", "log-in-throttled"] as const;

const octets = (charactersMax: number, description = "") =>
  Type.String({
    pattern: "^[\\w-]+$",
    minLength: 1,
    maxLength: charactersMax,
    description: `base64url; ${description}`,
  });
const credentialId = octets(1_400, "the id of the credential");
const clientDataJSON = octets(4_000);
const transport = Type.Enum(["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"]);
const ID = {
  id: octets(1_400),
  type: Type.Literal("public-key"),
  transports: Type.Optional(Type.Array(transport, { maxItems: 7 })),
};
const Known = Type.Array(Type.Object(ID, closed), { maxItems: 100 });
const ASKED = {
  challenge: octets(200),
  timeout: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
};
const Preference = Type.Enum(["discouraged", "preferred", "required"]);

const CreationOptions = Type.Object(
  {
    ...ASKED,
    rp: Type.Object({ name: text(200), id: text(253) }, closed),
    user: Type.Object({ id: octets(100), name: text(254), displayName: text(200) }, closed),
    pubKeyCredParams: Type.Array(
      Type.Object({ alg: Type.Integer({ minimum: -65_535, maximum: 0 }), type: Type.Literal("public-key") }, closed),
      { maxItems: 10 },
    ),
    excludeCredentials: Type.Optional(Known),
    authenticatorSelection: Type.Optional(
      Type.Object(
        { residentKey: Preference, userVerification: Preference, requireResidentKey: Type.Boolean() },
        closed,
      ),
    ),
    attestation: Type.Optional(Type.Literal("none")),
  },
  {
    ...closed,
    description: "for navigator.credentials.create, as PublicKeyCredential.parseCreationOptionsFromJSON takes it",
  },
);
const RequestOptions = Type.Object(
  { ...ASKED, rpId: text(253), allowCredentials: Type.Optional(Known), userVerification: Type.Optional(Preference) },
  {
    ...closed,
    description: "for navigator.credentials.get, as PublicKeyCredential.parseRequestOptionsFromJSON takes it",
  },
);

const begin = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/authenticators/challenge",
    operation: "beginAuthenticator",
    tag: TAG,
    summary: "Begin to set up a security key or a passkey",
    about: "Open to who is logged in, also while a second factor is still to be set up. Good for five minutes, once.",
    body: Type.Object({ password: Type.Optional(password("your present one; not for who has none")) }, closed),
    answer: CreationOptions,
    problems: [...OWN, "password-wrong", "log-in-throttled", "log-in-overloaded"],
    async handle({ body, facts }) {
      const known = await requireSession(people, facts, ["full", "enrolment"]);
      const site = relyingPartyOf(facts, people.publicUrl);
      const issuer = await operatorName(people.db, known.user.tenantId);
      return (await beginAuthenticator(people, known, { password: body.password, site, issuer })) as never;
    },
  });

const add = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/authenticators",
    operation: "addAuthenticator",
    tag: TAG,
    summary: "Take the security key or the passkey that was set up",
    about: "You go on here with another cookie, and are logged out everywhere else.",
    body: Type.Object(
      {
        name: text(100, "by which you tell it apart"),
        credentialId,
        clientDataJSON,
        attestationObject: octets(20_000),
        transports: Type.Optional(Type.Array(transport, { maxItems: 7, uniqueItems: true })),
      },
      closed,
    ),
    answer: Type.Object(
      {
        recoveryCodes: Type.Array(text(19), {
          maxItems: 10,
          description: "with the first second factor, shown this once: each lets in once in its place",
        }),
      },
      closed,
    ),
    problems: [...OWN, ...PROVING],
    async handle({ body: { name, transports = [], ...made }, facts }) {
      const known = await requireSession(people, facts, ["full", "enrolment"]);
      const site = relyingPartyOf(facts, people.publicUrl);
      const shown = { name, credential: { ...made, transports }, site, ...whereaboutsOf(facts) };
      const { recoveryCodes, session } = await addAuthenticator(people, known, shown);
      return replyWithCookies({ recoveryCodes: [...recoveryCodes] }, people, facts, { session });
    },
  });

const challenge = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/second-factor/challenge",
    operation: "challengeAuthenticators",
    tag: TAG,
    summary: "Ask for a signature of one of your authenticators, as the second factor",
    body: Type.Object({}, closed),
    answer: RequestOptions,
    problems: OWN,
    async handle({ facts }) {
      const known = await requireSession(people, facts, ["second-factor"]);
      return (await challengeAuthenticators(people, known, relyingPartyOf(facts, people.publicUrl))) as never;
    },
  });

const prove = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/second-factor/signature",
    operation: "proveByAuthenticator",
    tag: TAG,
    summary: "Show the second factor by a signature, and be logged in",
    body: Type.Object(
      { credentialId, clientDataJSON, authenticatorData: octets(4_000), signature: octets(2_000) },
      closed,
    ),
    answer: Type.Object({ stage: Type.Literal("full") }, closed),
    problems: [...OWN, ...PROVING, "secrets-key-unusable"],
    async handle({ body: signed, facts }) {
      const known = await requireSession(people, facts, ["second-factor"]);
      const proof = { kind: "webauthn", signed, site: relyingPartyOf(facts, people.publicUrl) } as const;
      const deviceToken = cookieOf("device", facts.headers, people.publicUrl);
      const loggedIn = await proveSecondFactor(people, known, { proof, deviceToken, ...whereaboutsOf(facts) });
      return replyWithCookies({ stage: "full" as const }, people, facts, loggedIn);
    },
  });

/** The routes of security keys and passkeys. */
export const webauthnRoutes = (people: People): readonly ApiRoute[] =>
  [begin, add, challenge, prove].map((route) => route(people));
