/** Mistakes with the board: its page says them, to whoever opens it. */
import { SyncBoardTrigger } from '../../../nodes/SyncBoardTrigger/SyncBoardTrigger.node';
import { askHook, type Asked } from '../../n8n/hook';
import { hasRun, type Mistake, type Shown } from './mistake';

const WHO = { user: 'olive', password: 'a password of her own' };
const BASIC = { authorization: `Basic ${Buffer.from(`${WHO.user}:${WHO.password}`).toString('base64')}` };

/** The page's head, and the sentence below it. */
function page(text: string): Shown {
	const inside = (pattern: RegExp) =>
		pattern
			.exec(text)?.[1]
			?.replace(/<[^>]*>/gu, '')
			.replace(/\s+/gu, ' ')
			.trim();
	return { message: inside(/<h1>([^]*?)<\/h1>/u), description: inside(/<p class="card[^>]*>([^]*?)<\/p>/u) };
}

const opened = (made: string, given: Partial<Asked>): Mistake => ({
	made,
	node: 'Sync Board Trigger',
	show: async (world) => {
		await hasRun(world);
		const asked = {
			parameters: { access: 'basic' },
			credentials: { httpBasicAuth: WHO },
			headers: BASIC,
			...given,
		};
		return page((await askHook({ type: new SyncBoardTrigger(), ...asked })).text);
	},
});

const form = (fields: Record<string, string>) => ({
	method: 'POST' as const,
	form: true,
	body: new URLSearchParams(fields).toString(),
});

export const board: Mistake[] = [
	opened('chose no credential', { credentials: {} }),
	opened('left the password empty', { credentials: { httpBasicAuth: { ...WHO, password: '' } } }),
	opened('opened the page of a sync that was forgotten', { query: '?sync=9' }),
	opened('opened the page of a record that is not there', { query: '?sync=1&record=nobody' }),
	opened('pressed a button that the node does not allow', {
		parameters: { access: 'basic', buttons: ['retry'] },
		query: '?sync=1&record=1&do=resync',
	}),
	opened(
		'sent a form that is too old, or of another page',
		form({ do: 'resync', sync: '1', record: '1', token: 'x' }),
	),
	opened('pressed a button for what somebody has seen to already', { query: '?sync=1&do=release&hold=9' }),
	opened('sent what no button does', form({ do: 'delete', sync: '1' })),
];
