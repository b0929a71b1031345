-- migrate:up
-- A tier that is there keeps what an operator has changed in it; the same for all seeds.
insert into subscription_tiers (id, name, price, currency, limits, features, sort_order)
values
  (
    unhex('01930001000070008000000000000001'), 'free', 0.00, 'USD',
    json_object('agents', 3, 'memories', 1000, 'executionsPerDay', 50),
    json_array('Community support'),
    10
  ),
  (
    unhex('01930001000070008000000000000002'), 'basic', 29.00, 'USD',
    json_object('agents', 10, 'memories', 10000, 'executionsPerDay', 500),
    json_array('E-mail support', 'Usage reports'),
    20
  ),
  (
    unhex('01930001000070008000000000000003'), 'premium', 99.00, 'USD',
    json_object('agents', 50, 'memories', 100000, 'executionsPerDay', 5000),
    json_array('Priority support', 'Usage reports', 'Semantic search', 'Own persona templates'),
    30
  ),
  (
    unhex('01930001000070008000000000000004'), 'enterprise', 499.00, 'USD',
    json_object('agents', 1000, 'memories', 5000000, 'executionsPerDay', 100000),
    json_array('Dedicated support', 'Usage reports', 'Semantic search', 'Own persona templates', 'Audit export', 'Single sign-on'),
    40
  )
on duplicate key update id = subscription_tiers.id;

-- migrate:down
delete from subscription_tiers where name in ('free', 'basic', 'premium', 'enterprise');
