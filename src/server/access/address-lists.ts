import { inAddressRanges } from "../../core/tenancy/address-range.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Actor } from "./actor.ts";
import { readAddressLists } from "./address-list-store.ts";

/** Somebody whose credentials hold, and the address from which they were sent. */
type Comer = Pick<Actor, "kind" | "id" | "name" | "tenantId" | "accountId" | "address">;

/** A list that is changed holds everywhere within this time. */
const AGE_MS_MAX = 800;
const REMEMBERED_MAX = 10_000;
/** Who knocks at a closed door for an hour is written down once in that time. */
const TOLD_EVERY_MS = 60_000;

/** From where people and keys may come, and the word to the audit about those who came from elsewhere. */
export class AddressLists {
  readonly #db: Database;
  readonly #lists = new Map<
    string,
    { readonly lists: Promise<readonly (readonly string[])[]>; readonly until: number }
  >();
  readonly #told = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Whether somebody may come from their address: by the list of all people and keys of their account (or of the
   * operator's), by their own, and by `ranges`, those of the key. Whoever may not is written into the audit.
   */
  async admit(comer: Comer, ranges: readonly string[] = []): Promise<boolean> {
    const { address } = comer;
    const lists = [ranges, ...(await this.#listsOf(comer))];
    const isAllowed = lists.every((list) => inAddressRanges(list, address ?? ""));
    if (!isAllowed) await this.#tell(comer);
    return isAllowed;
  }

  #listsOf({ kind, id, tenantId, accountId }: Comer): Promise<readonly (readonly string[])[]> {
    const userId = kind === "user" ? id : null;
    const name = `${tenantId} ${accountId} ${userId}`;
    const known = this.#lists.get(name);
    if (known !== undefined && known.until > performance.now()) return known.lists;
    const owner = { tenantId, accountId, userId };
    const lists = this.#db.transaction("ingest", {}, (tx) => readAddressLists(tx, owner));
    if (this.#lists.size >= REMEMBERED_MAX) this.#lists.clear();
    this.#lists.set(name, { lists, until: performance.now() + AGE_MS_MAX });
    lists.catch(() => this.#lists.delete(name));
    return lists;
  }

  async #tell(comer: Comer): Promise<void> {
    const name = `${comer.kind} ${comer.id} ${comer.address}`;
    const last = this.#told.get(name);
    if (last !== undefined && performance.now() - last < TOLD_EVERY_MS) return;
    if (this.#told.size >= REMEMBERED_MAX) this.#told.clear();
    this.#told.set(name, performance.now());
    const actor: Actor = { ...comer, permissions: new Set(), impersonator: null };
    const kind = comer.kind === "api-key" ? "key" : "user";
    await this.#db.transaction("ingest", {}, (tx) =>
      recordAudit(tx, actor, [
        {
          action: "address.refused",
          object: { kind, id: comer.id, name: comer.name },
          before: null,
          after: null,
          reason: null,
          isSecurity: true,
        },
      ]),
    );
  }
}
