-- People below the operator: their accounts see them, and whoever stands above.
select protect_by_account(name::regclass, privileges => privileges)
from (values
  (1, 'users', 'select, insert, update'),
  (2, 'roles', 'select, insert, update, delete'),
  (3, 'user_passwords', 'select, insert, update'),
  (4, 'user_second_factors', 'select, insert, update, delete'),
  (5, 'user_recovery_codes', 'select, insert, delete'),
  (6, 'user_tokens', 'select, insert, update, delete'),
  (7, 'user_sessions', 'select, insert, update, delete'),
  (8, 'known_devices', 'select, insert, update, delete')
) as people (place, name, privileges) order by place;
