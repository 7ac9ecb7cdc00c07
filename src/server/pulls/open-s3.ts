import type { OpenFileServer } from "./file-server.ts";
import { S3Folder } from "./s3-folder.ts";
import { S3Client } from "./s3-request.ts";
import type { S3Pull } from "./s3-settings.ts";
import { readSecret } from "./secret.ts";

/** Makes ready to ask a bucket: nothing is sent before the first question. Errors: Problem `pull-secret-missing`. */
export const openS3: OpenFileServer<S3Pull> = async ({ settings }) => {
  const { bucket, region, folder, timeoutS, caFile } = settings;
  const { accessKeyFrom, secretKeyFrom, sessionTokenFrom } = settings;
  const { origin, url } = addressOf(settings);
  const server = `s3://${bucket} at ${origin}`;
  const client = new S3Client({
    ...{ server, url, region, timeoutS },
    accessKeyId: await readSecret(`access key for ${server}`, accessKeyFrom),
    secretAccessKey: await readSecret(`secret key for ${server}`, secretKeyFrom),
    ...(caFile !== null && { ca: await readSecret(`authorities for ${server}`, { file: caFile }) }),
    ...(sessionTokenFrom && { sessionToken: await readSecret(`session token for ${server}`, sessionTokenFrom) }),
  });
  return new S3Folder(client, { server, bucket, folder });
};

/** A bucket with a dot in its name fits no certificate as a part of a host's name. */
function addressOf({ bucket, region, endpoint, pathStyle }: S3Pull): { readonly origin: string; readonly url: string } {
  const { origin, protocol, host } = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  const isInPath = pathStyle ?? (endpoint !== null || bucket.includes("."));
  return { origin, url: isInPath ? `${origin}/${bucket}/` : `${protocol}//${bucket}.${host}/` };
}
