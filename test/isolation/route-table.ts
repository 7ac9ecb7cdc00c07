import type { FastifyPluginAsync } from "fastify";
import type { ApiRoute } from "../../src/server/api/api-route.ts";

/** A route as the server has it. */
export interface TableRoute {
  readonly method: string;
  /** `/v1/keys/{key}` */
  readonly url: string;
}

/** Notes every route that a server gets after it, of whichever room. HEAD comes with each GET, and says no more. */
export function routeTable(): { readonly plugin: FastifyPluginAsync; readonly routes: readonly TableRoute[] } {
  const routes: TableRoute[] = [];
  const plugin: FastifyPluginAsync = async (app) => {
    app.addHook("onRoute", ({ method, url }) => {
      for (const one of [method].flat())
        if (one !== "HEAD" && one !== "OPTIONS") routes.push({ method: one, url: url.replaceAll(/:(\w+)/g, "{$1}") });
    });
  };
  Object.assign(plugin, { [Symbol.for("skip-override")]: true });
  return { plugin, routes };
}

/** `GET /v1/keys/{key}` */
export const routeName = ({ method, url }: TableRoute | ApiRoute): string => `${method} ${url}`;
