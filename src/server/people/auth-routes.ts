import { Type } from "typebox";
import { type ApiRoute, publicRoute, Reply } from "../api/api-route.ts";
import type { RequestFacts } from "../api/authenticate.ts";
import { closed, text } from "../api/schemas.ts";
import { cookieOf, setCookie } from "./browser-cookies.ts";
import { knownSession, requireSession } from "./known-session.ts";
import { logIn } from "./log-in.ts";
import { replyWithCookies, whereaboutsOf } from "./logged-in-reply.ts";
import { refuseForeignPage } from "./own-page.ts";
import type { People } from "./people.ts";
import { email, password } from "./people-schemas.ts";
import { proveSecondFactor } from "./prove-second-factor.ts";
import { requestPasswordReset } from "./request-password-reset.ts";
import { logOut } from "./sessions-of-user.ts";
import { setPasswordByLink } from "./set-password.ts";

const TAG = "Log-in";
const tenant = Type.Optional(text(200, "the operator's name, where there are several"));
const LoggedIn = Type.Object(
  {
    stage: Type.Enum(["full", "second-factor", "enrolment"], {
      description: "what is still to come: nothing, the second factor, or one has to be set up first",
    }),
  },
  { ...closed, examples: [{ stage: "second-factor" }] },
);

const devicesOf = ({ publicUrl }: People, { headers }: RequestFacts) => ({
  deviceToken: cookieOf("device", headers, publicUrl),
  sessionToken: cookieOf("session", headers, publicUrl),
});

const enter = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/log-in",
    operation: "logIn",
    tag: TAG,
    summary: "Log in by e-mail address and password",
    about: "The session is in a cookie that scripts can't read. Programs use an API key instead.",
    body: Type.Object(
      { tenant, email: email(), password: password() },
      { ...closed, examples: [{ email: "ada@example.com", password: "correct horse battery staple" }] },
    ),
    answer: LoggedIn,
    problems: ["log-in-refused", "log-in-throttled", "log-in-overloaded", "foreign-page"],
    async handle({ body, facts }) {
      refuseForeignPage(facts, people.publicUrl);
      const attempt = { ...body, tenant: body.tenant ?? null, ...devicesOf(people, facts), ...whereaboutsOf(facts) };
      const { session, deviceToken } = await logIn(people.db, people.lists, attempt);
      return replyWithCookies({ stage: session.stage }, people, facts, { session, deviceToken });
    },
  });

const prove = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/second-factor",
    operation: "proveSecondFactor",
    tag: TAG,
    summary: "Show the second factor, and be logged in",
    body: Type.Object(
      { kind: Type.Enum(["totp", "recovery-code"]), code: text(64, "of the app; or a recovery code, used up by it") },
      { ...closed, examples: [{ kind: "totp", code: "492039" }] },
    ),
    answer: LoggedIn,
    problems: [
      ...(["second-factor-refused", "second-factor-due", "log-in-throttled", "log-in-over", "log-in-needed"] as const),
      ...(["foreign-page", "secret-sealed-otherwise", "secrets-key-unusable"] as const),
    ],
    async handle({ body: proof, facts }) {
      const known = await requireSession(people, facts, ["second-factor"]);
      const { deviceToken } = devicesOf(people, facts);
      const proving = { proof, deviceToken, ...whereaboutsOf(facts) };
      const loggedIn = await proveSecondFactor(people, known, proving);
      return replyWithCookies({ stage: loggedIn.session.stage }, people, facts, loggedIn);
    },
  });

const leave = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/log-out",
    operation: "logOut",
    tag: TAG,
    summary: "Log out",
    about: "Harmless where nobody is logged in.",
    answer: null,
    problems: ["foreign-page"],
    async handle({ facts }) {
      refuseForeignPage(facts, people.publicUrl);
      const known = await knownSession(people, facts, ["full", "second-factor", "enrolment"]).catch(() => null);
      if (known !== null) await logOut(people.db, known, facts.address);
      const { headers } = facts;
      return new Reply(undefined, {
        "set-cookie": setCookie("session", null, { headers, publicUrl: people.publicUrl }),
      });
    },
  });

const askForLink = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/password-reset",
    operation: "askForPasswordReset",
    tag: TAG,
    summary: "Have a link to set a new password mailed",
    about: "Answers the same whether there is such a person or not.",
    body: Type.Object({ tenant, email: email() }, { ...closed, examples: [{ email: "ada@example.com" }] }),
    answer: null,
    status: 202,
    problems: ["log-in-throttled", "foreign-page"],
    async handle({ body, facts }) {
      refuseForeignPage(facts, people.publicUrl);
      const asked = { tenant: body.tenant ?? null, email: body.email, address: facts.address };
      await requestPasswordReset(people, asked);
    },
  });

const setByLink = (people: People) =>
  publicRoute({
    method: "POST",
    url: "/v1/auth/password",
    operation: "setPasswordByLink",
    tag: TAG,
    summary: "Set a password by the link of an invitation or a reset",
    about: "`token` is what stands behind # in the link. It works once. All sessions so far end.",
    body: Type.Object({ token: Type.String({ pattern: "^[A-Za-z0-9_-]{43}$" }), password: password() }, closed),
    answer: null,
    problems: ["link-over", "password-too-weak", "log-in-overloaded", "foreign-page"],
    async handle({ body, facts }) {
      refuseForeignPage(facts, people.publicUrl);
      const deviceToken = await setPasswordByLink(people.db, { ...body, address: facts.address });
      return replyWithCookies(undefined, people, facts, { session: null, deviceToken });
    },
  });

/** The routes of who is not logged in yet, or no more. */
export const authRoutes = (people: People): readonly ApiRoute[] =>
  [enter, prove, leave, askForLink, setByLink].map((route) => route(people));
