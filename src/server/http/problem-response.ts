import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../core/problem.ts";
import { type ProblemDocument, problemDocument } from "../../core/problem-document.ts";
import { databaseFailure } from "../db/database-failure.ts";
import { requestInvalid, requestTooLarge, routeUnknown } from "./problems.ts";
import { routeOf } from "./request-log.ts";
import { type FieldError, fieldErrors } from "./validation-errors.ts";

/** Answers of a process that ends or begins, to who asks every second. */
const SAID_OFTEN: ReadonlySet<string> = new Set(["not-ready", "server-stopping"]);
/** Seconds after which a request that met a failing or busy server may be sent again. */
const RETRY_AFTER_S = 5;

/** Answers every failure as RFC 9457 describes; what is our own fault is logged whole and shown without its insides. */
export async function answerProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const problem = error instanceof Problem ? error : (databaseFailure(error) ?? problemOfRequest(error));
  if (problem === undefined || (problem.status >= 500 && !SAID_OFTEN.has(problem.code)))
    request.log.error({ err: problem?.cause ?? error, route: routeOf(request) }, problem?.what ?? "internal error");
  const retryAfterS = problem?.retryAfterS ?? null;
  if (retryAfterS !== null) reply.header("retry-after", retryAfterS);
  const document = problem === undefined ? INTERNAL : shownDocument(problem);
  const { validation, validationContext: part = "body" } = error;
  await send(reply, validation === undefined ? document : { ...document, errors: fieldErrors(validation, part) });
}

/** What the database says names hosts, logins and paths: that is for the log, and no sender can mend it. */
function shownDocument(problem: Problem): ProblemDocument {
  const document = problemDocument(problem);
  if (!problem.code.startsWith("database-")) return document;
  return {
    ...document,
    detail: "The database can't be used at the moment.",
    fix: "Send the request again later: what was stored of it counts once.",
  };
}

/** Answers a request for which there is no route. */
export async function answerUnknownRoute({ method, url }: FastifyRequest, reply: FastifyReply): Promise<void> {
  await send(reply, problemDocument(routeUnknown({ method, path: url.split("?")[0] ?? "" })));
}

async function send(
  reply: FastifyReply,
  document: ProblemDocument & { readonly errors?: readonly FieldError[] },
): Promise<void> {
  if (document.status === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", RETRY_AFTER_S);
  if (document.status === 401) reply.header("www-authenticate", challengeFor(document));
  // As text: a route's own schema describes its answers, and would drop fields that it does not know.
  await reply
    .code(document.status)
    .header("content-type", "application/problem+json")
    .serializer((body: unknown) => body as string)
    .send(JSON.stringify({ ...document, requestId: reply.request.id }));
}

/** Switches send the token of their source as a password, too; a browser must not ask its user for an API key. */
const challengeFor = ({ code }: ProblemDocument): string =>
  code === "push-unauthorised" ? 'Basic realm="tollwright", charset="UTF-8"' : 'Bearer realm="tollwright"';

/** What the framework found wrong with a request; undefined: it is not the request's fault. */
function problemOfRequest(error: FastifyError): Problem | undefined {
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") return requestTooLarge();
  const isRequestsFault = (error.statusCode ?? 500) < 500;
  return isRequestsFault ? requestInvalid({ reason: error.message }) : undefined;
}

const INTERNAL: ProblemDocument = {
  type: "about:blank",
  title: "Internal error",
  status: 500,
  code: "internal",
  detail: "Tollwright met a fault of its own; its log has the details.",
  fix: "Send the request again; if that fails too, report it with the log.",
};
