import pg from "pg";

/** Whether the server refused a row because another has its key. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === "23505";
