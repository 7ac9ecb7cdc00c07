import type { RequestFacts } from "../api/authenticate.ts";
import { requestInvalid } from "../http/problems.ts";
import { isLoopbackHost } from "./own-page.ts";

/** For whom a browser has something signed: authenticators keep apart what they have for each host. */
export interface RelyingParty {
  /** The host's name: "billing.example.com". */
  readonly id: string;
  /** Where the page may be from: "https://billing.example.com". */
  readonly origins: readonly string[];
}

/** The host that a page asked: a brand with a domain of its own is another one. Errors: Problem `request-invalid`. */
export function relyingPartyOf({ headers }: Pick<RequestFacts, "headers">, publicUrl: string | null): RelyingParty {
  const host = headers.host?.toLowerCase() ?? "";
  const id = host.replace(/:\d{1,5}$/, "");
  if (!/^[\da-z.-]{1,253}$/.test(id)) throw requestInvalid({ reason: "its Host is no name that keys could be for" });
  const schemes = isLoopbackHost(host) ? ["http", "https"] : ["https"];
  const origins = schemes.map((scheme) => `${scheme}://${host}`);
  return { id, origins: publicUrl === null ? origins : [...origins, publicUrl] };
}
