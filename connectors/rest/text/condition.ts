/** Whether what a definition asks of a body holds. */
import { same } from '../../../sync/canonical';
import type { Value } from '../../../sync/types';
import type { Condition } from '../definition';
import { get, listOf } from './path';

export function holds(condition: Condition, body: Value | undefined): boolean {
	const found = get(body, condition.path);
	if ('present' in condition) {
		const there =
			found !== undefined &&
			found !== null &&
			found !== '' &&
			!(typeof found === 'object' && Object.keys(found).length === 0);
		return there === condition.present;
	}
	if ('matches' in condition)
		return listOf(found).some((one) =>
			condition.matches.test(typeof one === 'object' ? JSON.stringify(one) : String(one)),
		);
	const is = condition.is.some((value) => same(value, found ?? null));
	return condition.not === true ? !is : is;
}
