// SPDX-License-Identifier: Apache-2.0
//
// Chromium as the tests start it: the program that has no window, which takes half the time
// of the whole one; notices: the whole one, for it alone shows them.
//
//	const browser = await launch();
import { chromium } from 'playwright-core';

export const launch = ({ notices = false, args = [] } = {}) => chromium.launch({
	executablePath: notices ? '/usr/bin/chromium' : '/usr/bin/chromium-headless-shell',
	args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
		'--disable-component-update', '--disable-sync', '--no-first-run', ...args],
});
