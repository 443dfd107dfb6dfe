/** Whether a delivery comes from whoever knows the secret, and is not an old one played again. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { header, type Delivery } from './delivery';
import type { Scheme } from './schemes';

/** Milliseconds that a signature's time may lie from now: five minutes, as all the vendors have it. */
export const WINDOW = 5 * 60_000;

/** More signatures in one header are no sign of a secret that is being changed. */
const MOST = 10;

/**
 * Why a signed delivery is not authentic; undefined when it is. The reason is for the user of the node, never for the
 * sender, and holds nothing of the request. `secrets`: the present one, and the one before while it is being changed.
 */
export function refusal(
	delivery: Delivery,
	scheme: Scheme,
	secrets: readonly string[],
	now: number,
): string | undefined {
	const usable = secrets.filter((secret) => scheme.key(secret).length > 0);
	if (usable.length === 0) return 'no secret is set';
	const signed = scheme.read(delivery);
	if (!signed || signed.signatures.length === 0 || signed.signatures.length > MOST)
		return 'its signature is missing, doubled or of another form';
	if (signed.at !== undefined && Math.abs(now - signed.at) > WINDOW)
		return 'its signature is too old, or a clock is wrong';
	let right = false;
	for (const secret of usable) {
		const expected = createHmac(scheme.digest, scheme.key(secret)).update(signed.message).digest();
		// All are compared, so that the time taken says nothing about which one came near.
		for (const given of signed.signatures) right = same(expected, given) || right;
	}
	return right ? undefined : 'its signature is not right: another secret, or the body was changed on the way';
}

/** Why a delivery with a token in a header is not authentic; undefined when it is. */
export function tokenRefusal(delivery: Delivery, name: string, token: string): string | undefined {
	if (name === '' || token === '') return 'no token is set';
	const given = header(delivery, name);
	if (given === undefined) return 'its token is missing or doubled';
	return same(Buffer.from(given, 'utf8'), Buffer.from(token, 'utf8')) ? undefined : 'its token is not right';
}

/** Why a delivery with a user's name and password (RFC 7617) is not authentic; undefined when it is. */
export function basicRefusal(delivery: Delivery, user: string, password: string): string | undefined {
	if (password === '') return 'no password is set';
	const [, given] = /^Basic +([A-Za-z0-9+/]+={0,2})$/iu.exec(header(delivery, 'authorization') ?? '') ?? [];
	if (given === undefined) return 'its user name and password are missing or doubled';
	return same(Buffer.from(given, 'base64'), Buffer.from(`${user}:${password}`, 'utf8'))
		? undefined
		: 'its user name or password is not right';
}

/** In a time that depends on neither what differs nor where, for any two lengths. */
function same(one: Buffer, other: Buffer): boolean {
	const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
	return timingSafeEqual(digest(one), digest(other));
}
