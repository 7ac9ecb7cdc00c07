import type { SpentHours } from "../../core/charging/spent-hours.ts";
import type { Database } from "../db/database.ts";

/** Accounts whose sums are remembered, those that were not looked at for longest forgotten first. */
const ACCOUNTS_MAX = 20_000;

/** Sums of what accounts have spent that one transaction may use, and those that it makes. */
export interface SpentSums {
  /** `placeLength`: by so many characters of called numbers the sums are told apart; null: they are not. */
  known(accountId: string, placeLength: number | null): SpentHours | undefined;
  note(accountId: string, placeLength: number | null, sums: SpentHours): void;
  /** Once the transaction is committed: what it read may have been its own charges. */
  keep(): void;
}

const databases = new WeakMap<Database, Map<string, SpentHours>>();

/** Begins with what earlier transactions of this process on the database have read. */
export function spentSums(db: Database): SpentSums {
  const remembered = databases.get(db) ?? new Map<string, SpentHours>();
  databases.set(db, remembered);
  const noted = new Map<string, SpentHours>();
  return {
    known: (...of) => remembered.get(keyOf(...of)),
    note: (accountId, placeLength, sums) => void noted.set(keyOf(accountId, placeLength), sums),
    keep: () => {
      for (const [key, sums] of noted) {
        remembered.delete(key);
        remembered.set(key, sums);
      }
      for (const key of remembered.keys()) {
        if (remembered.size <= ACCOUNTS_MAX) break;
        remembered.delete(key);
      }
    },
  };
}

const keyOf = (accountId: string, placeLength: number | null): string => `${accountId}/${placeLength ?? ""}`;
