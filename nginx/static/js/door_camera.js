/* SPDX-License-Identifier: Apache-2.0
 *
 * The camera of a door.  Codes are read by the browser where it can (BarcodeDetector), else by
 * jsQR, which is then fetched at once so that it is there without network too.
 *
 *	const camera = await openCamera();	null: there is no camera, or nothing that reads
 *	await camera.start(video, text => …);	throws where the person says no
 *	camera.stop();
 */
const EVERY_MS = 250, SAME_MS = 5000, WIDTH = 640;

async function ownReader() {
	if (!('BarcodeDetector' in window) || !(await BarcodeDetector.getSupportedFormats()).includes('qr_code'))
		return null;
	const reader = new BarcodeDetector({ formats: ['qr_code'] });

	return async video => (await reader.detect(video))[0]?.rawValue;
}

async function otherReader() {
	await import('./jsqr.min.js');
	const canvas = document.createElement('canvas'), paper = canvas.getContext('2d', { willReadFrequently: true });

	return async video => {
		canvas.width = Math.min(WIDTH, video.videoWidth);
		canvas.height = Math.round(canvas.width * video.videoHeight / video.videoWidth);
		paper.drawImage(video, 0, 0, canvas.width, canvas.height);
		const { data, width, height } = paper.getImageData(0, 0, canvas.width, canvas.height);

		return globalThis.jsQR(data, width, height, { inversionAttempts: 'dontInvert' })?.data;
	};
}

export async function openCamera() {
	if (!navigator.mediaDevices?.getUserMedia)
		return null;
	const read = await ownReader().catch(() => null) ?? await otherReader().catch(() => null);

	if (!read)
		return null;
	let stream = null, awake = null, last = '', seen = 0;

	const stop = () => {
		awake?.release().catch(() => {});
		awake = null;
		for (const track of stream?.getTracks() ?? [])
			track.stop();
		stream = null;
	};
	return {
		stop,
		get on() { return stream !== null; },
		async start(video, take) {
			stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
			const own = stream;

			/* The telephone takes it away when it is put away. */
			own.getVideoTracks()[0].addEventListener('ended', () => stream === own && stop());
			awake = await navigator.wakeLock?.request('screen').catch(() => null);
			video.srcObject = stream;
			await video.play();
			while (stream === own) {
				const text = video.videoWidth > 0 && !document.hidden ? await read(video).catch(() => '') : '';

				/* A ticket that is still held there is not read again and again. */
				if (text && !(text === last && Date.now() - seen < SAME_MS))
					take(text);
				if (text) {
					last = text;
					seen = Date.now();
				}
				await new Promise(resolve => setTimeout(resolve, EVERY_MS));
			}
		},
	};
}
