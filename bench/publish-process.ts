import { openDatabase } from "../src/server/db/database.ts";
import { importDeck } from "../src/server/tariff/import-deck.ts";
import { arrivalOf } from "./deck-arrival.ts";
import { deckBytes } from "./deck-bytes.ts";

/** Run as a process of its own: imports and publishes a deck of so many rows, as `tollwright rates import` does. */
const [url = "", tenantId = "", rows = "", extraUnits = ""] = process.argv.slice(2);
const db = await openDatabase({ url });
await importDeck(db, arrivalOf(tenantId, deckBytes(Number(rows), Number(extraUnits))));
await db.close();
