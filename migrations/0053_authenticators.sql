-- Security keys and passkeys as second factors (WebAuthn). Of each there is a public key, which is no secret.
alter table user_second_factors drop constraint user_second_factors_kind_check;
alter table user_second_factors add constraint user_second_factors_kind_check check (kind in ('totp', 'webauthn'));
alter table user_second_factors alter column secret drop not null, alter column key_id drop not null;
alter table user_second_factors add constraint user_second_factors_secret_check
  check ((kind = 'totp') = (secret is not null) and (secret is null) = (key_id is null));

create table user_authenticators (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  factor_id uuid primary key references user_second_factors on delete cascade,
  user_id uuid not null references users,
  -- As the authenticator names its key pair, in base64url.
  credential_id text collate "C" not null check (length(credential_id) between 1 and 1400),
  -- COSE
  public_key bytea not null,
  -- Of signatures, as the authenticator counts them; one that goes back was copied. 0: it does not count.
  counter bigint not null check (counter >= 0),
  transports text[] not null,
  -- The host name that it is good for; a brand's own domain is another one.
  rp_id text not null,
  unique (user_id, credential_id)
);
select protect('user_authenticators', 'select, insert, update');

-- What a browser was asked to have signed: good once, and for a few minutes.
create table webauthn_challenges (
  tenant_id uuid not null references tenants,
  account_id uuid references accounts,
  user_id uuid not null references users,
  purpose text not null check (purpose in ('registration', 'authentication')),
  challenge text not null,
  rp_id text not null,
  expires_at timestamptz not null,
  primary key (user_id, purpose)
);
select protect('webauthn_challenges', 'select, insert, update, delete');
