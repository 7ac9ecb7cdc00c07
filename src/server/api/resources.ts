import type { ApiRoute } from "./api-route.ts";

/** Every route of the API that needs the database alone. A room's own routes are added here by their name. */
export const apiResources = (): readonly ApiRoute[] => [];
