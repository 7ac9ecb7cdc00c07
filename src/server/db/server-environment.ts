/** Nothing of the caller's PG… variables or locale may reach the server. (Windows adds what it needs by itself.) */
export const serverEnvironment = (): NodeJS.ProcessEnv => ({ PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" });
