import type { IncomingMessage } from "node:http";
import { posix } from "node:path";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { childOf, readTree, type XmlNode } from "../../mediation/xml/read-tree.ts";
import { type FileServer, LISTED_MAX, type ListedFile } from "./file-server.ts";
import { pulledFileRefused, pullFolderTooLarge, pullFolderUnreadable } from "./problems.ts";
import { encodedKey, errorIn, type S3Client, S3Refusal } from "./s3-request.ts";

const PARTIAL_CONTENT = 206;

/**
 * The objects of a bucket whose keys begin with a prefix, as a folder. An object appears when it is whole, and its tag
 * tells one content from another.
 */
export class S3Folder implements FileServer {
  readonly name: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #end = new AbortController();

  constructor(
    client: S3Client,
    { server, bucket, folder }: { readonly server: string; readonly bucket: string; readonly folder: string },
  ) {
    this.name = server;
    this.#client = client;
    this.#bucket = bucket;
    const path = posix.normalize(folder).replace(/^\/+|\/+$/g, "");
    this.#prefix = path === "." || path === "" ? "" : `${path}/`;
  }

  async list(recursive: boolean): Promise<readonly ListedFile[]> {
    const files: ListedFile[] = [];
    let token: string | undefined;
    do {
      const page = await this.#page(recursive, token);
      files.push(...page.files);
      token = page.token;
      if (files.length > LISTED_MAX)
        throw pullFolderTooLarge({ server: this.name, folder: this.#prefix, filesMax: LISTED_MAX });
    } while (token !== undefined);
    return files;
  }

  /** ListObjectsV2. Keys come URL-encoded, because XML can't hold every character that a key may have. */
  async #page(recursive: boolean, token: string | undefined) {
    const query = {
      "list-type": "2",
      "encoding-type": "url",
      prefix: this.#prefix,
      ...(recursive ? {} : { delimiter: "/" }),
      ...(token === undefined ? {} : { "continuation-token": token }),
    };
    const request = { method: "GET", key: null, query } as const;
    const listing = await this.#client.text(request, this.#end.signal).catch((error: unknown) => {
      if (!(error instanceof S3Refusal)) throw error;
      throw pullFolderUnreadable({ server: this.name, folder: this.#prefix || "/", reason: error.message });
    });
    const tree = readTree(listing);
    if (typeof tree === "string" || tree.name !== "ListBucketResult")
      throw pullFolderUnreadable({ server: this.name, folder: this.#prefix || "/", reason: "it answers no listing" });
    const files = tree.children.filter(({ name }) => name === "Contents").map((node) => this.#fileOf(node));
    return {
      files: files.filter(({ path }) => path !== "" && !path.endsWith("/")), // consoles make such objects as folders
      token: childOf(tree, "IsTruncated")?.text === "true" ? childOf(tree, "NextContinuationToken")?.text : undefined,
    };
  }

  #fileOf(node: XmlNode): ListedFile {
    const key = decodeURIComponent((childOf(node, "Key")?.text ?? "").replaceAll("+", "%20"));
    return {
      path: key.slice(this.#prefix.length),
      sizeBytes: Number(childOf(node, "Size")?.text),
      stamp: childOf(node, "ETag")?.text ?? "",
    };
  }

  async look(path: string): Promise<{ readonly sizeBytes: number; readonly stamp: string } | undefined> {
    const response = await this.#ofObject("read", path, { method: "HEAD", key: this.#keyOf(path) });
    if (response === undefined) return undefined;
    response.resume();
    return { sizeBytes: Number(response.headers["content-length"]), stamp: response.headers.etag ?? "" };
  }

  async fetch(path: string, fromByte: number, sink: Writable): Promise<"fetched" | "gone" | "no-resume"> {
    const headers = fromByte > 0 ? { range: `bytes=${fromByte}-` } : {};
    const response = await this.#ofObject("read", path, { method: "GET", key: this.#keyOf(path), headers });
    if (response === undefined) return "gone";
    if (fromByte > 0 && response.statusCode !== PARTIAL_CONTENT) {
      response.destroy();
      return "no-resume";
    }
    await pipeline(response, sink);
    return "fetched";
  }

  /** A store has no renaming: the object is copied, and the first one removed when the copy is there. */
  async move(path: string, target: string): Promise<void> {
    const copy = { "x-amz-copy-source": `/${this.#bucket}/${encodedKey(this.#keyOf(path))}` };
    const response = await this.#ofObject("moved", path, { method: "PUT", key: this.#keyOf(target), headers: copy });
    // A copy may fail after it began to answer.
    const fault = errorIn(response === undefined ? "" : await text(response));
    if (fault.code !== "")
      throw pulledFileRefused({ server: this.name, path, action: "moved", reason: `${fault.code}: ${fault.message}` });
    await this.remove(path);
  }

  async remove(path: string): Promise<void> {
    const response = await this.#ofObject("deleted", path, { method: "DELETE", key: this.#keyOf(path) });
    response?.resume();
  }

  async close(): Promise<void> {
    this.#end.abort();
  }

  #keyOf(path: string): string {
    return this.#prefix + path;
  }

  /** undefined when there is no such object. */
  async #ofObject(
    action: "read" | "moved" | "deleted",
    path: string,
    request: Parameters<S3Client["send"]>[0],
  ): Promise<IncomingMessage | undefined> {
    return await this.#client.send(request, this.#end.signal).catch((error: unknown) => {
      if (!(error instanceof S3Refusal)) throw error;
      if (error.status === 404) return undefined;
      throw pulledFileRefused({ server: this.name, path, action, reason: error.message });
    });
  }
}
