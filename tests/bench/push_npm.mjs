// SPDX-License-Identifier: Apache-2.0
//
// The same by npm web-push: push_npm.mjs N, of processor time.  It makes a token for each.
import { createECDH, randomBytes } from 'node:crypto';
import webpush from 'web-push';

const n = Number(process.argv[2]);
const device = createECDH('prime256v1');
device.generateKeys();
const vapid = webpush.generateVAPIDKeys();
const options = { vapidDetails: { subject: 'mailto:kouhou@minato.example.jp', ...vapid }, TTL: 86400, contentEncoding: 'aes128gcm', topic: 'abcdefghijklmnopqrstuvwx' };
const subscription = { endpoint: 'https://fcm.googleapis.com/fcm/send/eFGhi-jklMNO:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ',
	keys: { p256dh: device.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') } };
const text = JSON.stringify({ title: '断水のお知らせ', body: '港一丁目で水が出ません。給水車は港公園に来ています。くわしくはページをご覧ください。',
	tag: 'abcdefghijklmnopqrstuvwx', url: 'https://minato.example.jp/messages/7' });

const turn = (count) => { for (let i = 0; i < count; i++) webpush.generateRequestDetails(subscription, text, options); };
turn(200);
const began = process.cpuUsage();
turn(n);
const { user, system } = process.cpuUsage(began);
console.log(JSON.stringify({ per_second: Math.round(n / ((user + system) / 1e6)) }));
