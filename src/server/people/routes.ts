import type { ApiRoute } from "../api/api-route.ts";
import { authRoutes } from "./auth-routes.ts";
import { meRoutes } from "./me-routes.ts";
import type { People } from "./people.ts";
import { roleRoutes } from "./role-routes.ts";
import { secondFactorRoutes } from "./second-factor-routes.ts";
import { userRoutes } from "./user-routes.ts";
import { webauthnRoutes } from "./webauthn-routes.ts";

/** Every route about people: logging in, what is one's own, users and roles. */
export const peopleRoutes = (people: People): readonly ApiRoute[] => [
  ...[
    ...authRoutes(people),
    ...meRoutes(people),
    ...secondFactorRoutes(people),
    ...webauthnRoutes(people),
    ...userRoutes(people),
    ...roleRoutes,
  ],
];
