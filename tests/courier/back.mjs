// SPDX-License-Identifier: Apache-2.0
//
// Mails that come back, as the mail server pipes them into chromo mail bounce.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from '../harness/up.mjs';

// What the mail server does with it; its status and what it said.
export function bounce(up, mail, args = [], env = {}) {
	const child = spawn(join(build, 'chromo'), ['mail', 'bounce', ...args],
		{ env: { ...up.env, CHROMO_CONF: join(up.dir, 'chromo.conf'), ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
	let out = '';
	child.stdout.on('data', (d) => { out += d; });
	child.stdin.on('error', () => {});
	child.stdin.end(mail);
	return new Promise((done) => child.on('close', (code) => done({ code, out: out.trim() })));
}

export const dsn = (to, status, words, action = 'failed') => `Return-Path: <>
From: MAILER-DAEMON@mx.example.jp
To: ${to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp

Final-Recipient: rfc822; somebody@example.jp
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; ${words}

--b--
`;
