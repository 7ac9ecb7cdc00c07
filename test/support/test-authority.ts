import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM texts of the same. */
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test, that makes certificates for hosts. */
export class TestAuthority {
  readonly #dir = mkdtempSync(join(tmpdir(), "tollwright-authority-"));
  readonly caFile = join(this.#dir, "ca.pem");

  constructor() {
    this.#openssl("req", "-x509", ...NEW_KEY, "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem");
  }

  get ca(): string {
    return readFileSync(this.caFile, "utf8");
  }

  /** A certificate for one host, as a server and as a client. */
  certify(host: string): CertificateFiles {
    const [certFile, keyFile] = [join(this.#dir, `${host}.pem`), join(this.#dir, `${host}.key`)];
    const names = ["-addext", `subjectAltName=DNS:${host}`, "-addext", "basicConstraints=CA:FALSE"];
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", keyFile, "-out", certFile];
    this.#openssl("req", "-x509", ...NEW_KEY, "-subj", `/CN=${host}`, ...names, ...signed);
    return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true });
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.#dir, stdio: "pipe" });
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
