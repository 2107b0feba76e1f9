// SPDX-License-Identifier: Apache-2.0
//
// A clerk builds a survey in a real browser, from nothing to open, at 320 and 1280 px, with
// script and without: every kind of question, ways between them, what is typed wrong, what
// the second of two clerks is told, and what is left to do once it is open.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { named, watched, ways } from './eye.mjs';

const host = 'minato.localhost';
const long = 'あ'.repeat(400);
const kinds = ['single', 'multi', 'text', 'long', 'number', 'date', 'time', 'scale', 'rank', 'matrix', 'address', 'map', 'file', 'note', 'consent'];

const { town, eyes } = await watched();

const staff = { staff: true };

for (const way of ways) {
	test(`from nothing to open: ${named(way)}`, async () => {
		const sato = await eyes.staff('suzuki', way), other = await eyes.staff('sato', way);
		await sato.go('/desk/surveys');
		await sato.look('desk_survey_list', staff);
		await sato.press('link', 'アンケートを作る');
		await sato.look('desk_survey_new', staff);
		await sato.fill({ title: long });
		await sato.press('button', 'この題名で始める');
		await sato.look('desk_survey_new_wrong', { status: 422, ...staff });
		await sato.fill({ title: `通学路のアンケート（${named(way)}）` });
		await sato.press('button', 'この題名で始める');
		const url = sato.path;
		await sato.look('desk_survey_show', staff);
		await sato.press('link', '題名と目的');
		await sato.press('button', '保存する');
		await sato.look('desk_survey_details_wrong', { status: 422, ...staff });
		await sato.fill({ purpose: '通学路の見守りを見直すためにおたずねします。', contact: '教育委員会 000-000-0000', minutes: '3' });
		await sato.press('button', '保存する');

		await sato.press('link', '設問');
		await sato.look('desk_survey_questions_none', staff);
		for (const kind of kinds) {
			await sato.go(`${url}/questions/new`);
			if (kind === 'single') await sato.look('desk_survey_question_kinds', staff);
			await sato.fill({ kind });
			await sato.press('button', '次へ');
			await sato.look(`desk_survey_question_${kind}`, staff);
			await sato.fill({ label: `${kind}の設問` });
			if (['single', 'multi', 'rank', 'matrix'].includes(kind)) {
				if (kind === 'single') {
					await sato.fill({ choices: 'はい\nはい' });
					await sato.press('button', '保存する');
					await sato.look('desk_survey_question_wrong', { status: 422, ...staff });
				}
				await sato.fill({ choices: '・はい\n・いいえ\n・わからない' });
			}
			if (kind === 'matrix') await sato.fill({ rows: '朝\n夕方' });
			await sato.press('button', '保存する');
			assert.equal(sato.path, `${url}/questions`, kind);
		}
		await sato.look('desk_survey_questions', staff);
		await sato.press('button', /^上へ.*設問2/);
		await sato.sees('並べ替えました');
		await sato.fill({ place_q1: 'x' });
		await sato.press('button', '番号の順に並べ替える');
		await sato.look('desk_survey_questions_wrong', { status: 422, ...staff });

		await sato.go(`${url}/questions/q3/ways`);
		await sato.look('desk_survey_ways_one', staff);
		await sato.fill({ show1_1: 'q1:1', jump1_1: 'q2:2' });
		await sato.press('button', '保存する');
		await sato.look('desk_survey_ways_wrong', { status: 422, ...staff });
		await sato.fill({ to_1: 'q6' });
		await sato.press('button', '保存する');
		await sato.sees('設問2で「はい」の人だけにたずねます');
		await sato.go(`${url}/ways`);
		await sato.look('desk_survey_ways', staff);
		await sato.page.locator('summary').filter({ hasText: '進み方1' }).first().click();

		await sato.go(`${url}/preview`);
		await sato.look('desk_survey_preview', staff);

		// Two clerks on one question.
		await other.go(`${url}/questions/q1`);
		await sato.go(`${url}/questions/q1`);
		await sato.fill({ label: 'この道を通りますか' });
		await sato.press('button', '保存する');
		await other.fill({ label: 'この道を使いますか' });
		await other.press('button', '保存する');
		await other.look('desk_survey_question_conflict', { status: 409, ...staff });
		await other.go(`${url}/questions/q15/remove`);
		await other.look('desk_survey_question_remove', staff);

		await sato.go(`${url}/publish`);
		await sato.look('desk_survey_check_lacking', staff);
		await sato.press('link', 'だれが回答を読むかを書いてください');
		await sato.look('desk_survey_privacy', staff);
		await sato.fill({ readers: '教育委員会の職員が読みます。' });
		await sato.press('button', '保存する');
		await sato.go(`${url}/period`);
		await sato.look('desk_survey_period', staff);
		await sato.fill({ answers_max: '300' });
		await sato.press('button', '保存する');
		await sato.go(`${url}/publish`);
		await sato.look('desk_survey_check', staff);
		await sato.press('button', '公開して受け付ける');
		await sato.look('desk_survey_check_unsure', { status: 422, ...staff });
		await sato.fill({ sure: true });
		await sato.press('button', '公開して受け付ける');
		await sato.look('desk_survey_open', staff);
		await sato.go(`${url}/questions`);
		await sato.look('desk_survey_questions_frozen', staff);
		await sato.go(`${url}/questions/q1`);
		await sato.look('desk_survey_correct', staff);
		await sato.go(`${url}/share`);
		await sato.look('desk_survey_share', staff);
		await sato.go(`${url}/close`);
		await sato.look('desk_survey_close', staff);
		await sato.press('button', '受け付けを終える');
		await sato.look('desk_survey_closed', staff);
		await sato.press('link', 'もう一度受け付ける');
		await sato.look('desk_survey_reopen', staff);
	});
}
