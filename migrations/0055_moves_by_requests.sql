-- A move of accounts is a request of the operator's: it keeps sessions from beginning meanwhile, and takes recovery codes along.
grant update (held) on account_holds to tollwright_app;
grant update (account_id) on user_recovery_codes to tollwright_app;
