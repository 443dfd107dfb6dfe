/** What a removal means in an app: the step of its ladder, and what a test run says of it before anything is done. */
import { asRemoval, chosenStep } from '../../nodes/SyncToApp/removal';
import type { DesiredItem, MappedStamp } from '../../sync/items';
import { describePlan } from '../../sync/preview';
import { slack } from '../../systems/slack';

const removed = (): DesiredItem => ({
	item: 0,
	fields: { enabled: 'as mapped' },
	stamp: {
		owned: [] as string[],
		key: '7',
		label: 'Ada',
		sensitive: [] as string[],
		removal: { kind: 'delete', set: {}, onReturn: {} },
	} as unknown as MappedStamp,
});
const ladderOf = (object: string) => {
	const { write } = slack.objects[object]!;
	return write === 'read only' ? [] : write.removal;
};

test('what no API does is shown as left to a person, with what there is to do', () => {
	const person = Object.keys(slack.objects).find((object) => ladderOf(object).some((step) => 'task' in step))!;
	const item = asRemoval(removed(), chosenStep(ladderOf(person), false)!);
	const told = describePlan(item, { action: 'delete', counterpart: 'U1' }, { where: 'Slack' });
	expect(told).toMatchObject({ outcome: 'preview', action: 'task' });
	expect(told.text).toMatch(/^Ada would be left to a person: Deactivate Ada in Slack/u);
	expect(told.todo).toMatch(/^Deactivate Ada in Slack/u);
});

test('what can be taken back is a field like any other', () => {
	const group = Object.keys(slack.objects).find((object) => ladderOf(object).some((step) => 'set' in step))!;
	const { removal } = asRemoval(removed(), chosenStep(ladderOf(group), false)!).stamp;
	expect(removal.kind).toBe('deactivate');
	expect(removal.task).toBeUndefined();
});

test('on return a field has the value that the mapping gives, and without one the value of the step', () => {
	const step = { step: 'deactivate', sideEffects: 'none', reversible: true } as const;
	const off = { ...step, set: { field: 'enabled', to: false, back: true } };
	const item = removed();
	expect(asRemoval(item, off).stamp.removal).toMatchObject({ set: { enabled: false }, onReturn: { enabled: true } });
	item.stamp.owned = ['enabled'];
	expect(asRemoval(item, off).stamp.removal.onReturn).toEqual({ enabled: 'as mapped' });
});
