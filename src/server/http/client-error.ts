import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { problemDocument } from "../../core/problem-document.ts";
import { requestInvalid, requestTimedOut } from "./problems.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** Answers what never became a request: too slow, or no HTTP. There is no reply object yet, only the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const document = problemDocument(problemOf(error));
  const body = JSON.stringify(document);
  const head = [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status]}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function problemOf({ code }: NodeJS.ErrnoException) {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return requestTimedOut();
  return requestInvalid({ reason: code === "HPE_HEADER_OVERFLOW" ? "its headers are too long" : "it is no HTTP" });
}
