/**
 * The scope: n8n's own filter, decided by n8n's own code, with dragged-in fields resolved without its evaluator.
 * What cannot be decided fails the record; it never counts as out of scope, since that would remove it.
 */
import { executeFilterCondition, type FilterConditionValue, type FilterOptionsValue } from 'n8n-workflow';

import { isKeyed } from '../../sync/fingerprint';
import {
	clockIn,
	dateIn,
	flipOf,
	readsClock,
	readsOutside,
	type Clock,
	type MappingError,
	type Zones,
} from '../../sync/mapping';
import { resolve, touches, type Evaluate, type ValueSource } from '../../sync/mapping/value';
import type { Path } from '../../sync/path';
import { SyncError, type Fields, type Value } from '../../sync/types';
import { source } from './settings';

export interface Scope {
	/** Whether the record belongs in the destination, or why that cannot be said. */
	decide(fields: Fields, evaluate: Evaluate, sensitive: readonly string[]): boolean | MappingError;
	/** When time alone changes that next, as far as it compares dates with the clock. */
	flipsAt(fields: Fields, evaluate: Evaluate, clock: Clock): number | undefined;
	/** A condition reads the clock or variables in a way in which nobody can tell when. */
	readonly outside: boolean;
}

/** Operators that ask whether there is a value: for these, a field that is not there is an answer. */
const ASKS_FOR_PRESENCE = new Set(['exists', 'notExists', 'empty', 'notEmpty']);

interface Condition {
	number: number;
	left: ValueSource;
	right: ValueSource;
	raw: FilterConditionValue;
	decide(left: Value | undefined, right: Value | undefined): boolean;
}

/** Compiles the raw filter parameter; undefined where it has no condition. Throws SyncError `setup` for a mistake in it. */
export function compileScope(raw: unknown, zones: Zones): Scope | undefined {
	const filter = (typeof raw === 'object' && raw !== null ? raw : {}) as {
		conditions?: FilterConditionValue[];
		combinator?: string;
		options?: Partial<FilterOptionsValue>;
	};
	const options: FilterOptionsValue = {
		caseSensitive: true,
		leftValue: '',
		typeValidation: 'loose',
		version: 3,
		...filter.options,
	};
	const conditions = (filter.conditions ?? []).flatMap(
		(condition, index) => compileCondition(condition, index, options) ?? [],
	);
	if (conditions.length === 0) return undefined;
	const any = filter.combinator === 'or';

	const timed = conditions.flatMap((condition) => timedBy(condition) ?? []);
	return {
		decide(fields, evaluate, sensitive) {
			for (const condition of conditions) {
				const holds = check(condition, fields, evaluate, sensitive, zones);
				if (typeof holds === 'object') return holds;
				if (holds === any) return any;
			}
			return !any;
		},
		flipsAt(fields, evaluate, clock) {
			let first: number | undefined;
			for (const { date, moving, byDay } of timed) {
				const side = clockIn(quietly(moving, fields, evaluate), byDay, zones, clock.now);
				const flip = flipOf(quietly(date, fields, evaluate), side, byDay, clock);
				if (flip !== undefined && (first === undefined || flip < first)) first = flip;
			}
			return first;
		},
		outside: conditions.some(
			(condition) =>
				timedBy(condition) === undefined && (readsOutside(condition.left) || readsOutside(condition.right)),
		),
	};
}

/** A date of the record on one side, the clock on the other. */
function timedBy({
	left,
	right,
	raw,
}: Condition): { date: ValueSource; moving: ValueSource; byDay: boolean } | undefined {
	if (raw.operator.type !== 'dateTime' || raw.operator.singleValue) return undefined;
	const moving = readsClock(right) ? right : left;
	const date = moving === right ? left : right;
	if (moving.kind !== 'expression' || !readsClock(moving) || readsOutside(date)) return undefined;
	if (/\$(json|vars|item|input)\b|\$\(/u.test(moving.text)) return undefined;
	const byDay = /\$today\b|\.startOf\(\s*['"]day['"]\s*\)/u.test(moving.text);
	return { date, moving, byDay };
}

/** A value that cannot be had flips nothing; that it cannot be had, the decision says. */
function quietly(value: ValueSource, fields: Fields, evaluate: Evaluate): Value | undefined {
	try {
		return resolve(value, fields, evaluate);
	} catch {
		return undefined;
	}
}

function compileCondition(
	raw: FilterConditionValue,
	index: number,
	options: FilterOptionsValue,
): Condition | undefined {
	const number = index + 1;
	const { operator } = raw;
	const left = source(raw.leftValue ?? '', `scope.conditions[${index}].leftValue`, `Condition ${number}`);
	const right = source(raw.rightValue ?? '', `scope.conditions[${index}].rightValue`, `Condition ${number}`);
	if (isBlank(left) && (isBlank(right) || operator.singleValue)) return undefined;
	if (left.kind === 'constant' && (right.kind === 'constant' || operator.singleValue)) {
		throw new SyncError('setup', `Condition ${number} of the scope looks at no field of the record`, {
			todo: 'Drag a field from the input panel to its left side.',
		});
	}
	return {
		number,
		left,
		right,
		raw,
		decide: (leftValue, rightValue) =>
			executeFilterCondition(
				{
					...raw,
					leftValue: leftValue as FilterConditionValue['leftValue'],
					rightValue: rightValue as FilterConditionValue['rightValue'],
				},
				options,
			),
	};
}

function check(
	condition: Condition,
	fields: Fields,
	evaluate: Evaluate,
	sensitive: readonly string[],
	zones: Zones,
): boolean | MappingError {
	const { number, left, right, raw } = condition;
	if (!ASKS_FOR_PRESENCE.has(raw.operator.operation)) {
		const missing = [...pathsOf(left), ...pathsOf(right)].find((path) => !Object.hasOwn(fields, path[0]!));
		if (missing !== undefined)
			return undecided(
				number,
				`the record has no field “${missing[0]}”`,
				'Correct the scope, or put a condition “exists” before this one.',
			);
	}
	const hidden = touches(left, sensitive) || touches(right, sensitive);
	try {
		const [leftValue, rightValue] = [
			resolve(left, fields, evaluate),
			raw.operator.singleValue ? '' : resolve(right, fields, evaluate),
		];
		if (isKeyed(leftValue) || isKeyed(rightValue))
			return undecided(number, 'the sensitive value is not kept', 'Sync the record again from its source.');
		const timed = zones.own === zones.workflow ? undefined : timedBy(condition);
		if (!timed) return condition.decide(leftValue, rightValue);
		const inZone = (side: ValueSource, value: Value | undefined) =>
			side === timed.moving ? clockIn(value, timed.byDay, zones, Date.now()) : dateIn(value, zones);
		return condition.decide(inZone(left, leftValue), inZone(right, rightValue));
	} catch (error) {
		const said = error instanceof Error ? withoutItem(error.message) : String(error);
		return undecided(
			number,
			hidden ? 'its value has another type or its expression failed' : said.slice(0, 200),
			'Choose another type of comparison in the scope, or correct the value in the source.',
		);
	}
}

function pathsOf(value: ValueSource): Path[] {
	if (value.kind === 'path') return [value.path];
	return value.kind === 'text' ? value.parts.filter((part) => typeof part !== 'string') : [];
}

function isBlank(value: ValueSource): boolean {
	return value.kind === 'constant' && (value.value === '' || value.value === null);
}

function undecided(number: number, why: string, todo: string): MappingError {
	return { reason: `Condition ${number} of the scope cannot be decided: ${why}.`, todo };
}

/** n8n puts the item's number behind a message. */
function withoutItem(message: string): string {
	const at = message.lastIndexOf('[');
	return at >= 0 && /^\[[^\]]*item \d+\]$/u.test(message.slice(at)) ? message.slice(0, at).trimEnd() : message;
}
