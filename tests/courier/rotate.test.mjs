// SPDX-License-Identifier: Apache-2.0
//
// The secret of an account is changed while the courier sends with it (F46).  As at every
// gateway the old one is good until the new one is known here, and then no more: nobody
// fails, nobody gets it twice, and the account is never taken for broken.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { Karaden } from '../gateways/sms_karaden.mjs';
import { Twilio } from '../gateways/sms_twilio.mjs';
import { eventually, openPost } from './post.mjs';
