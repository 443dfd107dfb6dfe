/** What Slack's failures mean: answers with 200 that are not `ok`, each with a word. */
import type { ErrorRule, Meaning } from '../../connectors/rest/definition';

const meaning = (means: Meaning, errors: string[], todo?: string): ErrorRule[] => [
	{
		status: '2xx',
		where: [
			{ path: 'ok', is: [false] },
			{ path: 'error', is: errors },
		],
		means,
		...(todo === undefined ? {} : { todo }),
	},
];

export const failures: ErrorRule[] = [
	...meaning('too fast', ['ratelimited', 'rate_limited']),
	...meaning('duplicate', ['name_taken', 'name_already_exists', 'handle_already_exists']),
	...meaning('absent', [
		'no_such_subteam',
		'subteam_not_found',
		'channel_not_found',
		'user_not_found',
		'users_not_found',
	]),
	...meaning('fine', ['already_archived', 'not_archived', 'already_enabled', 'already_disabled']),
	...meaning('not possible', ['paid_teams_only', 'plan_upgrade_required'], 'User groups take a paid plan of Slack.'),
	...meaning(
		'denied',
		[
			'not_authed',
			'invalid_auth',
			'account_inactive',
			'token_revoked',
			'token_expired',
			'missing_scope',
			'no_permission',
			'permission_denied',
			'not_allowed_token_type',
			'restricted_action',
		],
		'See that the token has the scopes, and that Settings, Permissions let its user do this.',
	),
	...meaning('unavailable', [
		'internal_error',
		'fatal_error',
		'service_unavailable',
		'request_timeout',
		'team_added_to_org',
	]),
	{ status: '2xx', where: [{ path: 'ok', is: [false] }], means: 'refused' },
];
