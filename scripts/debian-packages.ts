import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A program that tests need and npm cannot bring. */
interface DebianPackage {
  readonly name: string;
  /** A file that is there once the package is installed. */
  readonly proof: string;
  readonly why: string;
}

/** Where Debian puts Kamailio's modules; on another processor the tests that need them say that they are missing. */
const KAMAILIO = "/usr/lib/x86_64-linux-gnu/kamailio/modules";

const PACKAGES: readonly DebianPackage[] = [
  { name: "postgresql-15", proof: "/usr/lib/postgresql/15/bin/postgres", why: "the oldest supported database server" },
  { name: "poppler-utils", proof: "/usr/bin/pdftotext", why: "reads invoices back out of their PDFs" },
  { name: "mariadb-server", proof: "/usr/sbin/mariadbd", why: "a switch's database that records are pulled from" },
  { name: "openssh-server", proof: "/usr/sbin/sshd", why: "the server of files that are pulled over SFTP" },
  { name: "vsftpd", proof: "/usr/sbin/vsftpd", why: "the server of files that are pulled over FTP and FTPS" },
  { name: "rsyslog", proof: "/usr/sbin/rsyslogd", why: "forwards a switch's syslog messages" },
  { name: "freeradius-utils", proof: "/usr/bin/radclient", why: "a RADIUS client that nobody here wrote" },
  { name: "freeradius", proof: "/usr/sbin/freeradius", why: "a RADIUS proxy, and a switch that takes Disconnect" },
  { name: "radsecproxy", proof: "/usr/sbin/radsecproxy", why: "a proxy that speaks RADIUS over TLS" },
  { name: "kamailio", proof: "/usr/sbin/kamailio", why: "a switch whose calls are charged while they are up" },
  { name: "kamailio-utils-modules", proof: `${KAMAILIO}/http_client.so`, why: "Kamailio's requests over HTTP" },
  { name: "kamailio-extra-modules", proof: `${KAMAILIO}/jansson.so`, why: "reads the answers for Kamailio" },
  { name: "sip-tester", proof: "/usr/bin/sipp", why: "callers and called of Kamailio" },
  { name: "kamailio-ims-modules", proof: `${KAMAILIO}/ims_charging.so`, why: "Kamailio as a Diameter peer" },
  { name: "freediameterd", proof: "/usr/bin/freeDiameterd", why: "a Diameter peer that forgives nothing" },
  { name: "freediameter-extensions", proof: "/usr/lib/freeDiameter/dict_dcca_3gpp.fdx", why: "its dictionaries" },
  { name: "libfreediameter-dev", proof: "/usr/include/freeDiameter/extension.h", why: "what makes a gateway of it" },
  { name: "gcc", proof: "/usr/bin/gcc", why: "builds that" },
  { name: "libc6-dev", proof: "/usr/include/stdio.h", why: "what gcc builds with" },
];

/** Without this file Debian would make and start a server of its own beside the ones that the tests start. */
const NO_CLUSTER_FILE = "/etc/postgresql-common/createcluster.conf";

/**
 * Installs what tests need where that is possible (as root, on Debian or a relative of it), and says what is missing
 * where not.
 *
 * @returns whether everything is there now
 */
export function ensureDebianPackages(): boolean {
  if (missing().length > 0 && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) install(missing());
  for (const { name, why } of missing()) {
    process.stdout.write(`MISSING ${name} (${why}). Install it: apt-get install -y --no-install-recommends ${name}\n`);
  }
  return missing().length === 0;
}

const missing = (): readonly DebianPackage[] => PACKAGES.filter(({ proof }) => !existsSync(proof));

function install(packages: readonly DebianPackage[]): void {
  if (!existsSync(NO_CLUSTER_FILE)) {
    mkdirSync(dirname(NO_CLUSTER_FILE), { recursive: true });
    writeFileSync(NO_CLUSTER_FILE, "create_main_cluster = false\n");
  }
  const names = packages.map(({ name }) => name);
  process.stdout.write(`Installing ${names.join(", ")} for the tests\n`);
  try {
    apt("update");
    // confold: keep the file above where the package brings its own
    apt("install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", ...names);
  } catch (error) {
    process.stdout.write(`apt-get failed: ${(error as Error).message}\n`); // what is missing is told by name next
  }
}

const apt = (...args: string[]): Buffer | null =>
  execFileSync("apt-get", ["-qq", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"],
  });
