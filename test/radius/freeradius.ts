import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../support/free-port.ts";
import { ServerProcess } from "../support/server-process.ts";

const FREERADIUS = "/usr/sbin/freeradius";
const LOOK_MS = 50;

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
  /** It has one session, `live-1`; it asks that a session be named. */
  readonly dynamicPort: number;
  stop(): Promise<void>;
}

/** Starts it in front of a server on this machine. All of them share the secret testing123. */
export async function freeRadius(behind: { readonly auth: number; readonly acct: number }): Promise<FreeRadius> {
  const folder = await mkdtemp(join(tmpdir(), "tollwright-freeradius-"));
  const [authPort, acctPort, dynamicPort] = [await freePort(), await freePort(), await freePort()];
  await writeFile(join(folder, "dictionary"), "");
  await writeFile(join(folder, "radiusd.conf"), configOf(folder, { authPort, acctPort, dynamicPort }, behind));
  const server = new ServerProcess(FREERADIUS, ["-f", "-l", "stdout", "-d", folder]);
  const stop = async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  };
  while (!server.said.includes("Ready to process requests")) {
    if (/Errors reading|Error binding|Failed/.test(server.said)) {
      await stop();
      throw new Error(server.said);
    }
    await sleep(LOOK_MS);
  }
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

function configOf(
  folder: string,
  ports: { readonly authPort: number; readonly acctPort: number; readonly dynamicPort: number },
  behind: { readonly auth: number; readonly acct: number },
): string {
  const toBehind = `
    update control {
      Proxy-To-Realm := "behind"
    }`;
  const refuse = (cause: string): string => `
      update reply {
        Error-Cause := ${cause}
      }
      reject`;
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
    elsif (&request:Acct-Session-Id != "live-1") {${refuse("Session-Context-Not-Found")}
    }
    ok
  }
  send-coa {
    ok
  }
}
`;
}
