-- Web Push: a device joins, is renewed, tried ten times an hour and removed; of one town only.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO tenant_key (wrapped) VALUES ('x');
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
INSERT INTO citizen (state) VALUES ('active') RETURNING id AS hanako \gset

SELECT push_add(:hanako, 'first', 'sealed', 'iPhone');
SELECT push_add(:hanako, 'second', 'sealed', 'Android');
SELECT is((SELECT array_agg(label ORDER BY id) FROM contact WHERE citizen_id = :hanako AND channel = 'webpush'),
          '{iPhone,Android}', 'two devices');
SELECT id AS called FROM contact WHERE hash = 'first' \gset
SELECT push_renew('first', 'third', 'sealed anew');
SELECT is((SELECT array_agg(hash ORDER BY label DESC) FROM contact WHERE citizen_id = :hanako), ARRAY['third', 'second']::bytea[],
          'renewed: the same device has another address');
SET LOCAL ROLE chromo_courier;
SELECT contact_gone(ARRAY[:called]::bigint[]);
SET LOCAL ROLE chromo_web;
SELECT is((SELECT state FROM contact WHERE hash = 'third'), 'active', '… which is not gone because a courier still called the old one');

SELECT is(count(*) FILTER (WHERE push_try('person', gen_random_uuid(), 'card')), 10::bigint, 'ten trials, and no more')
  FROM generate_series(1, 12);
SELECT is((SELECT count(*) FROM letter WHERE kind = 'push_try' AND channel = 'webpush'), 10::bigint, '… each a letter');

SELECT id AS one FROM contact WHERE hash = 'third' \gset
SELECT id AS other FROM contact WHERE hash = 'second' \gset
SELECT ok(NOT contact_give_up(:hanako, 'webpush', :one), 'one of two: the person stays');
SELECT ok(contact_give_up(:hanako, 'webpush', :other), 'the last: the person leaves');
SELECT is((SELECT state FROM citizen WHERE id = :hanako), 'left', '… and has left');
COMMIT;

BEGIN;
SELECT is_empty($$ SELECT FROM contact $$, 'without a town there is no device');
COMMIT;

SELECT * FROM finish();
