import type { Database } from "../db/database.ts";
import { accountRoutes } from "../ledger/account-routes.ts";
import type { ApiRoute } from "./api-route.ts";

/** The routes of the API that need the whole database and nothing else. A room's own are added here. */
export const apiResources = (db: Database): readonly ApiRoute[] => [...accountRoutes(db)];
