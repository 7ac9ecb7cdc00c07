import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { SUPERUSER } from "./cluster.ts";
import { type Postmaster, processExists } from "./postmaster-file.ts";

/** One process's hold on the embedded server. */
export interface Lease {
  readonly server: Postmaster;
  /** Connection string of the superuser to the database `tollwright`. */
  readonly url: string;
  /** Lets go; true when nobody else holds the server, so that the caller has to stop it. */
  release(): Promise<boolean>;
  /** Resolves when the connection that holds the lease ends, because the server died or the lease was let go. */
  readonly lost: Promise<void>;
}

const DATABASE = "tollwright";
/** Advisory lock key: shared by every process that uses the server, exclusive to the one that stops it. */
const LEASE_KEY = 74_011_800;
/** Prefix of the connection's name; the process number follows. */
const LEASE_NAME = "tollwright lease ";
/** A process that was killed a moment ago still holds its lease until the server sees its connection end. */
const DEAD_LEASE_TRIES_MAX = 100;
const CONNECT_MS_MAX = 10_000;

/** Connects and takes a lease; `undefined` when the server is still starting, or about to stop: look again. */
export async function takeLease(server: Postmaster, password: string): Promise<Lease | undefined> {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: SUPERUSER,
    password,
    database: "postgres",
    application_name: `${LEASE_NAME}${process.pid}`,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
  });
  client.on("error", () => undefined); // "end" follows
  const lost = new Promise<void>((resolve) => {
    client.once("end", resolve);
  });
  try {
    await client.connect();
    await client.query("select pg_advisory_lock_shared($1)", [LEASE_KEY]);
    await ensureDatabase(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPassing(error)) return undefined;
    throw error;
  }
  return { server, url: urlOf(server, password), lost, release: () => releaseLease(client) };
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query("select from pg_database where datname = $1", [DATABASE]);
  if (rowCount === 1) return;
  await client.query(`create database ${DATABASE}`).catch((error: unknown) => {
    // another process made it first
    if (!(error instanceof pg.DatabaseError && ["42P04", "23505"].includes(error.code ?? ""))) throw error;
  });
}

/** The exclusive lock is kept until the server stops: a process that comes now waits, fails, and starts a new one. */
async function releaseLease(client: pg.Client): Promise<boolean> {
  try {
    await client.query("select pg_advisory_unlock_shared($1)", [LEASE_KEY]);
    for (let tries = 1; ; tries++) {
      const { rows } = await client.query<{ last: boolean }>("select pg_try_advisory_lock($1) as last", [LEASE_KEY]);
      if (rows[0]?.last) return true;
      if (tries === DEAD_LEASE_TRIES_MAX || (await isUsed(client))) break;
      await sleep(20);
    }
    await client.end();
    return false;
  } catch {
    return false; // the server has died; one that runs now is another's
  }
}

/** Whether a process that lives holds a lease besides `client`. */
async function isUsed(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: string }>(
    `select substr(application_name, length($1) + 1) as pid from pg_stat_activity
     where starts_with(application_name, $1) and pid <> pg_backend_pid()`,
    [LEASE_NAME],
  );
  return rows.some(({ pid }) => processExists(Number(pid)));
}

/** Whatever befalls the connection, and a server that starts up, shuts down or has crashed (57P01 to 57P03). */
const isPassing = (error: unknown): boolean =>
  !(error instanceof pg.DatabaseError) || ["57P01", "57P02", "57P03"].includes(error.code ?? "");

function urlOf(server: Postmaster, password: string): string {
  const login = `${SUPERUSER}:${encodeURIComponent(password)}`;
  const socket = server.host.startsWith("/");
  return socket
    ? `postgresql://${login}@/${DATABASE}?host=${encodeURIComponent(server.host)}&port=${server.port}`
    : `postgresql://${login}@${server.host}:${server.port}/${DATABASE}`;
}
