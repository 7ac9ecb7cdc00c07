import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { Tx } from "../db/tx.ts";
import {
  listAuthenticators,
  type StoredAuthenticator,
  saveChallenge,
  takeChallenge,
  takeCounter,
} from "./authenticator-store.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { User } from "./user.ts";

/** What an authenticator signed for a log-in, each part in base64url. */
export interface SignedChallenge {
  readonly credentialId: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
}

/** What an authenticator made for somebody, each part in base64url. */
export interface NewCredential {
  readonly credentialId: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
}

/** EdDSA, ES256, RS256: what authenticators of today have. */
const ALGORITHMS = [-8, -7, -257];

const transportsOf = ({ transports }: Pick<StoredAuthenticator, "transports">) => [
  ...(transports as readonly AuthenticatorTransport[]),
];

/** What a browser needs to have a key pair made (`navigator.credentials.create`), as the standard's JSON. */
export async function creationOptions(
  tx: Tx,
  user: User,
  { site, issuer }: { readonly site: RelyingParty; readonly issuer: string },
): Promise<object> {
  const known = await listAuthenticators(tx, user.id, site.id);
  const options = await generateRegistrationOptions({
    ...{ rpName: issuer, rpID: site.id, userName: user.email, userDisplayName: user.name },
    userID: new TextEncoder().encode(user.id),
    attestationType: "none",
    excludeCredentials: known.map((one) => ({ id: one.credentialId, transports: transportsOf(one) })),
    authenticatorSelection: { residentKey: "discouraged", userVerification: "preferred" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  await saveChallenge(tx, user, { purpose: "registration", challenge: options.challenge, rpId: site.id });
  return options;
}

/** What a browser needs to have a challenge signed (`navigator.credentials.get`), as the standard's JSON. */
export async function requestOptions(tx: Tx, user: User, site: RelyingParty): Promise<object> {
  const known = await listAuthenticators(tx, user.id, site.id);
  const options = await generateAuthenticationOptions({
    rpID: site.id,
    allowCredentials: known.map((one) => ({ id: one.credentialId, transports: transportsOf(one) })),
    userVerification: "preferred",
  });
  await saveChallenge(tx, user, { purpose: "authentication", challenge: options.challenge, rpId: site.id });
  return options;
}

/** The authenticator that a key pair is of; null: it was not asked for, or its statement does not hold. */
export async function verifiedCredential(
  { credentialId, clientDataJSON, attestationObject, transports }: NewCredential,
  expected: { readonly challenge: string; readonly site: RelyingParty },
): Promise<Omit<StoredAuthenticator, "factorId"> | null> {
  const response: RegistrationResponseJSON = {
    ...{ id: credentialId, rawId: credentialId, type: "public-key", clientExtensionResults: {} },
    response: { clientDataJSON, attestationObject },
  };
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: expected.challenge,
    expectedOrigin: [...expected.site.origins],
    expectedRPID: expected.site.id,
    requireUserVerification: false,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => ({ verified: false, registrationInfo: undefined }));
  if (!verified || registrationInfo === undefined) return null;
  const { id, publicKey, counter } = registrationInfo.credential;
  return { credentialId: id, publicKey, counter, transports };
}

/**
 * Whether one of somebody's authenticators signed what was asked for last, on a page of this very host. A challenge
 * counts once, right or wrong, and a count of signatures that goes back tells of a copy.
 */
export async function isSignedBy(
  tx: Tx,
  user: Pick<User, "id">,
  signed: SignedChallenge,
  site: RelyingParty,
): Promise<boolean> {
  const asked = await takeChallenge(tx, user.id, "authentication");
  const known = await listAuthenticators(tx, user.id, site.id);
  const authenticator = known.find(({ credentialId }) => credentialId === signed.credentialId);
  if (asked === undefined || asked.rpId !== site.id || authenticator === undefined) return false;
  const counter = await verifiedCounter(signed, { asked: asked.challenge, site, authenticator });
  return counter !== null && (await takeCounter(tx, authenticator.factorId, counter));
}

interface Expected {
  readonly asked: string;
  readonly site: RelyingParty;
  readonly authenticator: StoredAuthenticator;
}

/** The count of signatures; null: this one does not hold. */
async function verifiedCounter(
  { credentialId, clientDataJSON, authenticatorData, signature }: SignedChallenge,
  { asked, site, authenticator }: Expected,
): Promise<number | null> {
  const { publicKey, counter } = authenticator;
  const response: AuthenticationResponseJSON = {
    ...{ id: credentialId, rawId: credentialId, type: "public-key", clientExtensionResults: {} },
    response: { clientDataJSON, authenticatorData, signature },
  };
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: asked,
    expectedOrigin: [...site.origins],
    expectedRPID: site.id,
    credential: { id: authenticator.credentialId, publicKey, counter, transports: transportsOf(authenticator) },
    requireUserVerification: false,
  }).catch(() => ({ verified: false, authenticationInfo: undefined }));
  return verified && authenticationInfo !== undefined ? authenticationInfo.newCounter : null;
}
