-- Reports of resellers add up amounts of several currencies, and say of which months calls are not in the database: rates are what
-- their own charges were converted by, and which months are in the archive says nothing of anybody's calls.
select protect_by('exchange_rates', 'true');
select protect_by('archives', 'true', columns => 'tenant_id, month, state');
