// SPDX-License-Identifier: Apache-2.0
//
// R48: what is in the tree and in the folders of a house but not for everybody is not to be
// had, by its own name, under every folder that is served, and by what scanners ask for; no
// answer says a version, a path of the machine or where a mistake happened; and no method
// gives a request back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { MINATO, routes } from '../harness/house.mjs';
import { source, up } from '../harness/up.mjs';

let town, client, missing;
before(async () => {
	town = await up();
	client = town.client(MINATO);
	missing = (await client.get('/no-such-page')).text;
});
after(() => town?.stop());

const told = /nginx\/\d|PostgreSQL|SQLSTATE|Debian|OpenSSL|libfcgi|\.c:\d+|at line|Traceback|stack|\/(tmp|home|root|work|var\/lib|etc\/chromo)\//;
const faults = [];
let asked = 0;

async function hidden(path) {
	const answer = await client.get(path);
	asked++;
	// Pages of staff and of the operator send a stranger to their door, whatever is asked for.
	const door = answer.status === 303 && /^\/(desk|operator)\/login/.test(answer.headers.location ?? '');
	// nginx puts the slash behind the name of a folder, and shows nothing of it then.
	const slash = answer.status === 301 && answer.headers.location?.endsWith(`${path}/`);
	if (!door && !slash && ![400, 404].includes(answer.status)) faults.push(`${path}: ${answer.status}`);
	if (told.test(answer.text)) faults.push(`${path}: ${told.exec(answer.text)[0]}`);
	if (answer.headers.server !== 'nginx' || answer.headers['x-powered-by']) faults.push(`${path}: ${answer.headers.server}`);
	return answer;
}

test('files of the tree, and of the folder that it runs in', { timeout: 240000 }, async () => {
	const files = execFileSync('find', ['.', '-type', 'f', '-not', '-path', './.git/*', '-not', '-path', './nginx/static/*', '-not', '-path', './tests/*',
		'-not', '-path', './autom4te.cache/*', '-printf', '%P\n'], { cwd: source, encoding: 'utf8' }).trim().split('\n');
	const every = Math.ceil(files.length / 400);
	for (const file of files.filter((_, i) => i % every === 0)) await hidden(`/${encodeURI(file)}`);
	for (const file of ['chromo.conf', 'master.key', 'accounts.json', 'log/web.log', 'log/access.json', 'nginx/key.pem', 'nginx/cert.pem', 'nginx/chromo.conf',
		'run/web.sock', 'outbox/email', 'pg/PG_VERSION', 'files/', 'exports/'])
		for (const folder of ['', 'static/', 'static/../', 'error/', 'files/', 'exports/', 'static/css/']) await hidden(`/${folder}${file}`);
	assert.deepEqual(faults.splice(0), []);
});

test('what scanners ask for', { timeout: 240000 }, async () => {
	const names = ['.git/HEAD', '.git/config', '.gitignore', '.svn/entries', '.hg/requires', '.env', '.env.production', '.htaccess', '.htpasswd', '.DS_Store',
		'.ssh/id_rsa', '.bash_history', '.vscode/settings.json', '.well-known/../.env', 'config.php', 'phpinfo.php', 'wp-login.php', 'web.config', 'composer.json',
		'package.json', 'package-lock.json', 'Dockerfile', 'docker-compose.yml', 'Makefile', 'backup.sql', 'dump.sql.gz', 'db.sqlite', 'site.tar.gz', 'www.zip',
		'server-status', 'nginx_status', 'status', 'debug', 'debug/pprof/', 'actuator/env', 'console', 'admin', 'phpmyadmin/', 'swagger.json', 'openapi.json',
		'graphql', 'trace', 'core', 'index.php~', 'index.html.bak', 'static.css.map', 'cgi-bin/test', 'metrics.json', 'healthz/x', 'WEB-INF/web.xml'];
	for (const folder of ['', 'static/', 'static/js/', 'desk/', 'api/v1/', 'error/']) for (const name of names) await hidden(`/${folder}${name}`);
	// Folders have no lists, and a missing page is the same one whatever is missing.
	for (const folder of ['static', 'static/css', 'static/js', 'static/font', 'error', 'files', 'exports'])
		for (const end of ['', '/', '/.', '//']) await hidden(`/${folder}${end}`);
	assert.deepEqual(faults.splice(0), []);
	assert.equal((await client.get('/wp-login.php')).text, missing);
	assert.ok(asked > 700, `${asked} asked`);
	console.log(`# ${asked} addresses`);
});

test('no method but those of the table, and none that gives a request back', { timeout: 240000 }, async () => {
	const all = await routes(town), paths = [...new Set(all.map((r) => r.path.replace(/\{\w+\}/g, '1')))];
	for (const path of paths.filter((_, i) => i % 10 === 0))
		for (const method of ['TRACE', 'TRACK', 'OPTIONS', 'PROPFIND', 'PUT', 'DELETE', 'PATCH', 'DEBUG']) {
			const answer = await client.send(path, { method, headers: { 'content-length': '0', 'x-given-back': 'marked-4711' } });
			if (![400, 401, 403, 404, 405, 501].includes(answer.status)) faults.push(`${method} ${path}: ${answer.status}`);
			if (/marked-4711/.test(answer.text + JSON.stringify(answer.headers)) || told.test(answer.text)) faults.push(`${method} ${path}: ${answer.text.slice(0, 80)}`);
		}
	assert.deepEqual(faults, []);
});
