import { TOTP } from "otpauth";
import { expect } from "vitest";
import { now } from "../../src/clock.ts";
import type { Permission } from "../../src/core/access/permission.ts";
import { PERMISSIONS } from "../../src/core/access/permission.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import { AddressLists } from "../../src/server/access/address-lists.ts";
import type { Database } from "../../src/server/db/database.ts";
import { createUser, type WantedUser } from "../../src/server/people/create-user.ts";
import type { People } from "../../src/server/people/people.ts";
import type { User } from "../../src/server/people/user.ts";

export const PASSWORD = "correct horse battery staple";

/** Who makes everything that a test begins with. */
export const operatorActor = (tenantId: string, permissions: readonly Permission[] = PERMISSIONS): Actor => ({
  ...{ kind: "command-line", id: null, name: "cli:test", tenantId, accountId: null, address: null, impersonator: null },
  permissions: new Set(permissions),
});

export const peopleOf = (db: Database, secretsKeyFile: string, publicUrl: string | null = null): People => ({
  ...{ db, lists: new AddressLists(db), publicUrl, linkUrl: "https://billing.example.com", secretsKeyFile },
});

/** A user with the password above. */
export const makeUser = (db: Database, tenantId: string, wanted: Partial<WantedUser> = {}): Promise<User> =>
  createUser(
    db,
    operatorActor(tenantId),
    { email: "ada@example.com", name: "Ada", language: "en", roles: ["owner"], accountId: null, ...wanted },
    { password: PASSWORD },
  );

/** The code that an app shows, so many steps from now. */
export const codeOf = (uri: string, steps = 0): string => {
  const totp = totpOf(uri);
  return totp.generate({ timestamp: now().epochMilliseconds + steps * 30_000 });
};

function totpOf(uri: string): TOTP {
  const { searchParams } = new URL(uri);
  return new TOTP({ secret: searchParams.get("secret") ?? "", digits: 6, period: 30, algorithm: "SHA1" });
}

/** A browser: it keeps cookies, and says where its pages are from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = { origin: url, "sec-fetch-site": "same-origin", "user-agent": "Test browser", ...headers };
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = Object.entries({ ...this.#headers, ...(cookie && { cookie }), ...headers }).filter(
      ([, value]) => value,
    );
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...Object.fromEntries(sent), ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
  }

  /** Logs in, and expects to be let in as far as `stage`. */
  async logIn(email = "ada@example.com", stage = "full", password = PASSWORD): Promise<void> {
    const { status, body } = await this.send("POST", "/v1/auth/log-in", { email, password });
    expect({ status, body }).toEqual({ status: 200, body: { stage } });
  }

  /** The code of the problem, or the status of what went well. */
  async outcome(...sent: Parameters<Browser["send"]>): Promise<string | number> {
    const { status, body } = await this.send(...sent);
    return (body as { code?: string }).code ?? status;
  }

  #keep(line: string): void {
    const [pair = "", ...rest] = line.split("; ");
    const at = pair.indexOf("=");
    if (rest.includes("Max-Age=0")) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
