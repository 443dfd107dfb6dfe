/** From the node's raw parameters to the mapping's settings. Nothing here is asked once per record. */
import { DateTime } from 'luxon';

import type { Conversion } from '../../sync/convert';
import { mappingFingerprint, type MappingSettings, type Row, type Zones } from '../../sync/mapping';
import { elementsOf } from '../../sync/mapping/elements';
import { readPairs } from '../../sync/mapping/translate';
import { readSource, type ValueSource } from '../../sync/mapping/value';
import { SyncError } from '../../sync/types';

/** Hours that a record waits for what it refers to, if nothing is said. */
const PATIENCE = 24;
const HOUR = 60 * 60 * 1000;

/** What n8n keeps of a node's form: expressions as they were written, defaults maybe left out. */
export type RawParameters = Readonly<Record<string, unknown>>;

/** Evaluates an expression that is the same for every record. */
type Once = (at: string) => unknown;

/** Throws SyncError `setup` for what cannot be meant. */
export function readSettings(parameters: RawParameters, workflowZone: string, once: Once): MappingSettings {
	// The form begins with one row that is still blank; it means nothing until it is filled in.
	const rows = rowsOf(parameters['rows']).filter((row) => filledIn(row, 'field', 'value'));
	const removalRows = rowsOf(parameters['removalRows']).filter((row) => filledIn(row, 'field'));
	return {
		rows: rows.map((row, index) => {
			const at = `rows.row[${index}]`;
			const settings = membersOf(row['settings']);
			return {
				field: fixedText(row['field'], `${at}.field`, `Field ${index + 1}`, once),
				value: source(row['value'] ?? '', `${at}.value`, `Field ${index + 1}`),
				owner: oneOf(settings['owner'], ['source', 'once', 'if empty'], 'source'),
				ifEmpty: settings['ifEmpty'] === 'leave' ? 'leave' : 'write',
				conversion: conversionOf(settings, workflowZone),
				...listOf(settings),
				...severalOf(settings),
				...findsOf(settings, `${at}.settings`, `Field ${index + 1}`),
				...translationOf(settings, `Field ${index + 1}`),
			};
		}),
		...partsOf(parameters),
		...(parameters['mapAll'] === true && {
			byName: {
				except: ['_sync', ...namesOf(parameters['except'], 'except', 'Except', once)],
				ifEmpty: parameters['mapAllEmpty'] === 'leave' ? 'leave' : 'write',
			},
		}),
		match: namesOf(parameters['match'], 'match', 'Match By', once),
		removal: {
			kind: oneOf(parameters['removal'], ['deactivate', 'delete', 'detach'], 'detach'),
			rows: removalRows.map((row, index) => {
				const [at, name] = [`removalRows.row[${index}]`, `Field ${index + 1} of the removal`];
				return {
					field: fixedText(row['field'], `${at}.field`, name, once),
					set: source(row['set'] ?? 'false', `${at}.set`, name),
					onReturn: source(row['onReturn'] ?? 'true', `${at}.onReturn`, name),
					conversion: conversionOf(row, workflowZone),
				};
			}),
		},
		may: { create: parameters['mayCreate'] !== false, update: parameters['mayUpdate'] !== false },
		existing: existingOf(parameters),
		zone: workflowZone,
		fingerprint: mappingFingerprint(parameters),
	};
}

/** Whether the record is one counterpart, or one for each element of a list. */
function partsOf(parameters: RawParameters): Pick<MappingSettings, 'elements'> {
	if (parameters['onePer'] !== 'element') return {};
	return {
		elements: elementsOf(
			source(parameters['elementsOf'] ?? '', 'elementsOf', 'One Record per Element Of'),
			source(parameters['elementKey'] ?? '', 'elementKey', 'Element Key'),
		),
	};
}

/** Where the days of conditions begin. Throws SyncError `setup` for what is no zone. */
export function zonesOf(parameters: RawParameters, workflow: string): Zones {
	const own = text(parameters['scopeZone']).trim() || workflow;
	if (!DateTime.local({ zone: own }).isValid) {
		throw new SyncError('setup', `“${own}” is no time zone`, {
			todo: 'Write one such as Europe/Berlin in Time Zone of Dates in Conditions, or leave it empty.',
		});
	}
	return { workflow, own };
}

function existingOf(parameters: RawParameters): MappingSettings['existing'] {
	const which = oneOf(parameters['existing'], ['all', 'link only', 'newer'], 'all');
	const date = parameters['recordDate'];
	if (which !== 'newer') return { which };
	return {
		which,
		since: text(parameters['since']),
		...(date !== undefined && date !== '' && { at: source(date, 'recordDate', 'Date of the Record') }),
	};
}

function conversionOf(settings: RawParameters, workflowZone: string): Conversion {
	const letters = settings['case'];
	return {
		as: oneOf(settings['as'], ['as it is', 'text', 'number', 'yes/no', 'date', 'date and time'], 'as it is'),
		trim: settings['trim'] === true,
		...((letters === 'lower' || letters === 'upper') && { case: letters }),
		number: oneOf(settings['number'], ['1234.5', '1,234.5', '1.234,5', '1 234,5', "1'234.5"], '1234.5'),
		zone: text(settings['zone']) || workflowZone,
		...(text(settings['format']) !== '' && { format: text(settings['format']) }),
		...(text(settings['local']) !== '' && { local: text(settings['local']) }),
	};
}

function listOf({ list }: RawParameters): Pick<Row, 'list'> {
	const kind = (['ordered', 'set', 'members'] as const).find((candidate) => candidate === list);
	return kind === undefined ? {} : { list: kind };
}

function severalOf({ several }: RawParameters): Pick<Row, 'several'> {
	const kind = (['first', 'last', 'sum', 'list'] as const).find((candidate) => candidate === several);
	return kind === undefined ? {} : { several: kind };
}

/** What a row's value only names: a record of another destination, or one that stands in this one. */
function findsOf(settings: RawParameters, at: string, where: string): Pick<Row, 'finds'> {
	const to = text(settings['refersTo']);
	const by = text(settings['lookUpBy']).trim();
	if (to !== '' && by !== '') {
		throw new SyncError('setup', `${where} has both Refers To and Look Up By`, {
			todo: 'Remove one of the two settings.',
		});
	}
	if (to !== '') {
		const hours = typeof settings['waitHours'] === 'number' ? settings['waitHours'] : PATIENCE;
		const part = settings['refersToPart'] ?? '';
		return {
			finds: {
				kind: 'reference',
				to,
				patience: Math.max(hours, 0) * HOUR,
				...(part !== '' && { part: source(part, `${at}.refersToPart`, `Part Referred To of ${where}`) }),
			},
		};
	}
	const object = text(settings['lookUpIn']).trim();
	if (by !== '') return { finds: { kind: 'look up', by, ...(object !== '' && { object }) } };
	if (object !== '') {
		throw new SyncError('setup', `${where} says what to look up in, and not by which field`, {
			todo: 'Fill in Look Up By, or remove Look Up In.',
		});
	}
	return {};
}

function translationOf(settings: RawParameters, where: string): Pick<Row, 'translate'> {
	const given = text(settings['translate']);
	if (given.trim() === '') return {};
	const otherwise = oneOf(settings['otherwise'], ['fail', 'leave', 'keep', 'fixed'], 'fail');
	return {
		translate: {
			pairs: readPairs(given, where),
			otherwise: otherwise === 'fixed' ? { fixed: text(settings['otherwiseValue']) } : otherwise,
		},
	};
}

/** A raw value, with the row's name before what is wrong with it. */
export function source(raw: unknown, at: string, where: string): ValueSource {
	try {
		return readSource(raw, at);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new SyncError('setup', `${where}: ${error.message}`, {
			todo: 'Use another field, or rename it in the source.',
		});
	}
}

/** Text that is the same for every record, typed or by an expression. */
function fixedText(raw: unknown, at: string, where: string, once: Once): string {
	return text(fixed(raw, at, where, once)).trim();
}

function fixed(raw: unknown, at: string, where: string, once: Once): unknown {
	if (typeof raw !== 'string' || !raw.startsWith('=')) return raw;
	if (/\$json|\$item|\$input|\$\(/u.test(raw)) {
		throw new SyncError('setup', `${where} names its field by a value of the record`, {
			todo: 'Choose the name from the list, or type it; it is the same for every record.',
		});
	}
	return once(at);
}

/** Names as a list, or as text with commas where an expression gave it. */
function namesOf(raw: unknown, at: string, where: string, once: Once): string[] {
	const given = Array.isArray(raw)
		? raw.map((name, index) => fixed(name, `${at}[${index}]`, where, once))
		: fixed(raw, at, where, once);
	const names = Array.isArray(given) ? given.map(text) : text(given).split(',');
	return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
}

function rowsOf(raw: unknown): RawParameters[] {
	const rows = membersOf(raw)['row'];
	if (Array.isArray(rows)) return rows.map(membersOf);
	return rows === undefined ? [] : [membersOf(rows)];
}

function filledIn(row: RawParameters, ...names: string[]): boolean {
	return names.some((name) => text(row[name]).trim() !== '');
}

function membersOf(raw: unknown): RawParameters {
	return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as RawParameters) : {};
}

function text(raw: unknown): string {
	return typeof raw === 'string' || typeof raw === 'number' ? String(raw) : '';
}

function oneOf<const T extends string>(raw: unknown, allowed: readonly T[], otherwise: T): T {
	return allowed.find((candidate) => candidate === raw) ?? otherwise;
}
