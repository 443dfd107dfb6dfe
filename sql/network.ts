/** What a lost or refused network connection looks like, whatever the driver. */

const CODES = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'ECONNABORTED',
	'EPIPE',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENOTFOUND',
	'EAI_AGAIN',
	'PROTOCOL_CONNECTION_LOST',
	'PROTOCOL_SEQUENCE_TIMEOUT',
	'HANDSHAKE_SSL_ERROR',
	'HANDSHAKE_NO_SSL_SUPPORT',
]);

/** Whether there is no connection, rather than an answer. */
export function lostConnection(error: unknown): boolean {
	if (typeof error !== 'object' || error === null) return false;
	const { code = '', errors, message = '' } = error as { code?: string; errors?: unknown[]; message?: string };
	if (CODES.has(code) || /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code)) return true;
	if (errors?.some(lostConnection)) return true; // every address of a host refused
	return /connection terminated|connection ended|timeout exceeded when trying to connect|connection is closed|in closed state|not queryable|does not support SSL|pool is closed|after calling end on the pool/i.test(
		message,
	);
}
