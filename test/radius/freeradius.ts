import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { ServerProcess } from "../support/server-process.ts";

const FREERADIUS = "/usr/sbin/freeradius";

/** Whether FreeRADIUS's server is installed; says so when it is not. */
export function hasFreeRadius(): boolean {
  if (existsSync(FREERADIUS)) return true;
  process.stderr.write("not run: FreeRADIUS is not installed: apt-get install -y --no-install-recommends freeradius\n");
  return false;
}

/** A FreeRADIUS of a test: a proxy in front of a server, and a switch that takes Disconnect and CoA. */
export interface FreeRadius {
  readonly authPort: number;
  readonly acctPort: number;
  /**
   * It asks that a session be named, and has one session, `live-1`; with `rpcUrl` it has the calls of that Kamailio, by
   * their Call-IDs.
   */
  readonly dynamicPort: number;
  stop(): Promise<void>;
}

/** Ends the call of a Call-ID by Kamailio's JSON-RPC; the exit status is 1 when there is none. */
const END_CALL = (rpcUrl: string): string => `
const ask = async (method, params) => {
  const body = JSON.stringify({ jsonrpc: "2.0", method, params, id: 1 });
  const answer = await fetch("${rpcUrl}", { method: "POST", body, signal: AbortSignal.timeout(3000) });
  return answer.text();
};
const listed = await ask("dlg.dlg_list", [process.argv[2]]);
const [, entry, id] = /"h_entry":\\s*(\\d+),\\s*"h_id":\\s*(\\d+)/.exec(listed) ?? [];
if (id === undefined) process.exit(1);
await ask("dlg.end_dlg", [Number(entry), Number(id)]);
`;

/** Starts it in front of a server on this machine. All of them share the secret testing123. */
export async function freeRadius(
  behind: { readonly auth: number; readonly acct: number },
  { rpcUrl }: { readonly rpcUrl?: string } = {},
): Promise<FreeRadius> {
  const folder = await mkdtemp(join(tmpdir(), "tollwright-freeradius-"));
  const [authPort, acctPort, dynamicPort] = [await freePort(), await freePort(), await freePort()];
  await writeFile(join(folder, "dictionary"), "");
  if (rpcUrl !== undefined) await writeFile(join(folder, "end-call.mjs"), END_CALL(rpcUrl));
  const hasCalls = rpcUrl !== undefined;
  await writeFile(
    join(folder, "radiusd.conf"),
    configOf(folder, { authPort, acctPort, dynamicPort, hasCalls }, behind),
  );
  const server = new ServerProcess(FREERADIUS, ["-f", "-l", "stdout", "-d", folder]);
  const stop = async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  };
  await server.says(/Ready to process requests/).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { authPort, acctPort, dynamicPort, stop };
}

const homeServer = (type: string, port: number): string => `
home_server ${type} {
  type = ${type}
  ipaddr = 127.0.0.1
  port = ${port}
  secret = testing123
  response_window = 5
  status_check = none
}
home_server_pool ${type} {
  home_server = ${type}
}`;

const listen = (type: string, port: number): string => `
  listen {
    type = ${type}
    ipaddr = 127.0.0.1
    port = ${port}
  }`;

const refuse = (cause: string): string => `
      update reply {
        Error-Cause := ${cause}
      }
      reject`;
const ONE_SESSION = `    elsif (&request:Acct-Session-Id != "live-1") {${refuse("Session-Context-Not-Found")}
    }`;
/** A module that fails would end the section before there is an Error-Cause. */
const THROUGH_KAMAILIO = `    else {
      end_call {
        fail = 1
        reject = 1
        noop = 1
      }
      if (!ok) {${refuse("Session-Context-Not-Found")}
      }
    }`;

function configOf(
  folder: string,
  ports: {
    readonly authPort: number;
    readonly acctPort: number;
    readonly dynamicPort: number;
    readonly hasCalls: boolean;
  },
  behind: { readonly auth: number; readonly acct: number },
): string {
  const toBehind = `
    update control {
      Proxy-To-Realm := "behind"
    }`;
  return `
prefix = /usr
logdir = ${folder}
run_dir = ${folder}
db_dir = ${folder}
libdir = /usr/lib/freeradius
pidfile = ${folder}/pid
max_request_time = 10
cleanup_delay = 2
proxy_requests = yes
security {
  reject_delay = 0
  status_server = no
}
${homeServer("auth", behind.auth)}
${homeServer("acct", behind.acct)}
realm behind {
  auth_pool = auth
  acct_pool = acct
  nostrip
}
client tests {
  ipaddr = 127.0.0.1
  secret = testing123
}
modules {
  always ok {
    rcode = ok
  }
  always reject {
    rcode = reject
  }
  exec end_call {
    wait = yes
    program = "${process.execPath} ${folder}/end-call.mjs '%{Acct-Session-Id}'"
    input_pairs = request
    shell_escape = yes
    timeout = 8
  }
}
server tests {
${listen("auth", ports.authPort)}
${listen("acct", ports.acctPort)}
${listen("coa", ports.dynamicPort)}
  authorize {${toBehind}
  }
  authenticate {
  }
  preacct {${toBehind}
  }
  accounting {
    ok
  }
  recv-coa {
    if (!&request:Acct-Session-Id) {${refuse("Missing-Attribute")}
    }
${ports.hasCalls ? THROUGH_KAMAILIO : ONE_SESSION}
    ok
  }
  send-coa {
    ok
  }
}
`;
}
