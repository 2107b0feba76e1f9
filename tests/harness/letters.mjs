// SPDX-License-Identifier: Apache-2.0
//
// What became of the last letters, for the words of a test that waited for one in vain: their rows,
// the limits, who waits for what in the database, and the courier's last words.
export const letters = async (town) => [await town.sql(`SELECT
	(SELECT jsonb_agg(to_jsonb(l) - 'sealed') FROM (SELECT * FROM letter ORDER BY id DESC LIMIT 5) l),
	(SELECT jsonb_agg(to_jsonb(t)) FROM (SELECT * FROM throttle WHERE bucket LIKE 'sms%' OR bucket LIKE 'mail%' LIMIT 30) t), now(),
	(SELECT jsonb_agg(jsonb_build_object('who', application_name, 'state', state, 'wait', wait_event, 'since', state_change,
		'query', left(query, 80)))
	   FROM pg_stat_activity WHERE datname = current_database())`),
	...town.log('courier.log').split('\n').slice(-20)].join('\n');
