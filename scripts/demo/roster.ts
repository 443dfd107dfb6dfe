/** The demo's two databases: an HR roster of people who could be real, and an access list that is older than the sync. */
import { DatabaseSync } from 'node:sqlite';

import { ORIGINS, plain } from './names';

export interface Employee {
	employee_no: number;
	login: string;
	name: string;
	email: string;
	title: string;
	department: string;
	office: string;
	manager: string | null;
	status: string;
	start_date: string;
	salary: number;
}

/** A row of the access list; `badge_no` and `door_note` are nobody's business but the door's. */
export interface Access {
	id: number;
	login: string;
	name: string;
	email: string | null;
	title: string | null;
	department: string | null;
	office: string | null;
	works_since: string | null;
	active: number;
	access_level: string;
	badge_no: string | null;
	door_note: string | null;
}

const DEPARTMENTS: { name: string; head: string; size: number; titles: string[] }[] = [
	{
		name: 'Engineering',
		head: 'VP Engineering',
		size: 74,
		titles: [
			'Software Engineer',
			'Senior Software Engineer',
			'Firmware Engineer',
			'Test Engineer',
			'Site Reliability Engineer',
			'Mechanical Engineer',
			'Engineering Manager',
		],
	},
	{
		name: 'Production',
		head: 'Plant Director',
		size: 62,
		titles: [
			'Machinist',
			'Assembly Technician',
			'Calibration Technician',
			'Shift Lead',
			'Toolmaker',
			'Quality Inspector',
		],
	},
	{
		name: 'Customer Care',
		head: 'Head of Customer Care',
		size: 38,
		titles: ['Service Technician', 'Support Specialist', 'Field Engineer', 'Service Planner'],
	},
	{
		name: 'Sales',
		head: 'Chief Commercial Officer',
		size: 36,
		titles: ['Account Manager', 'Sales Engineer', 'Sales Representative', 'Key Account Manager'],
	},
	{
		name: 'Logistics',
		head: 'Head of Logistics',
		size: 26,
		titles: ['Warehouse Operative', 'Dispatcher', 'Customs Specialist', 'Purchaser'],
	},
	{
		name: 'Finance',
		head: 'Chief Financial Officer',
		size: 18,
		titles: ['Accountant', 'Controller', 'Payroll Specialist'],
	},
	{
		name: 'People',
		head: 'Chief People Officer',
		size: 14,
		titles: ['HR Business Partner', 'Recruiter', 'Learning Specialist'],
	},
	{
		name: 'IT',
		head: 'Head of IT',
		size: 13,
		titles: ['System Administrator', 'Network Engineer', 'Service Desk Analyst', 'Security Analyst'],
	},
	{
		name: 'Legal',
		head: 'General Counsel',
		size: 6,
		titles: ['Legal Counsel', 'Compliance Officer', 'Patent Specialist'],
	},
];
const OFFICES = [
	'Rotterdam',
	'Rotterdam',
	'Rotterdam',
	'Gdańsk',
	'Gdańsk',
	'Porto',
	'Leeds',
	'Pune',
	'Nagoya',
	'Toronto',
];
const ABSENCES = ['parental leave', 'sabbatical', 'long-term leave'];
const DOOR_NOTES = [
	'Left arm in a sling until spring; open by hand',
	'Guide dog, knows the way',
	'Parks at gate B',
	'Spare key in safe 4',
	'Night shift: may enter from 21:30',
	'Uses the ramp at the east door',
	'Brings a cello on Thursdays',
	'Card reader 3 refuses this badge; use reader 2',
];
const VISITORS = [
	['contract.cleaning', 'Brightline Cleaning (six people)', 'Master key 12; weekdays 18:00 to 22:00'],
	['contract.lifts', 'Kestrel Lifts, service', 'Ring before arriving'],
	['contract.canteen', 'Saffron Canteen', 'Goods lift only'],
	['visitor.audit', 'Fire safety auditor', 'Accompanied at all times'],
	['visitor.school', 'School visit, group of 20', 'Third Tuesday of the month'],
	['emergency.fire', 'Fire brigade', 'Key tube at gate A'],
] as const;

/** The same people every time. */
function dice(seed: number) {
	let state = seed;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return {
		below: (most: number) => Math.floor(next() * most),
		one: <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!,
	};
}

/** A few hundred people, each with a login of their own. */
export function roster(): Employee[] {
	const { below, one } = dice(20260131);
	const logins = new Set<string>();
	const names = new Set<string>();
	let number = 1007;
	const person = (title: string, department: string, manager: string | null): Employee => {
		for (;;) {
			const { given, family } = one(ORIGINS);
			const [first, last] = [one(given), one(family)];
			const login = `${plain(first)}.${plain(last)}`;
			const name = `${first} ${last}`;
			if (logins.has(login) || names.has(name)) continue;
			logins.add(login);
			names.add(name);
			number += 1 + below(9);
			const date = new Date(Date.UTC(2006 + below(20), below(12), 1 + below(28)));
			return {
				employee_no: number,
				login,
				name,
				email: `${login}@halden.example`,
				title,
				department,
				office: one(OFFICES),
				manager,
				status: below(28) === 0 ? one(ABSENCES) : 'active',
				start_date: date.toISOString().slice(0, 10),
				salary: 31_000 + 500 * below(90),
			};
		}
	};
	const chief = { ...person('Chief Executive Officer', 'Management', null), status: 'active' };
	const people = [chief];
	for (const { name, head, size, titles } of DEPARTMENTS) {
		const lead = { ...person(head, name, chief.name), status: 'active' };
		people.push(lead);
		for (let n = 1; n < size; n++) people.push(person(one(titles), name, lead.name));
	}
	return people;
}

const EMPLOYEES = `CREATE TABLE employees (
	employee_no INTEGER PRIMARY KEY,
	login       TEXT NOT NULL UNIQUE,
	name        TEXT NOT NULL,
	email       TEXT NOT NULL UNIQUE,
	title       TEXT NOT NULL,
	department  TEXT NOT NULL,
	office      TEXT NOT NULL,
	manager     TEXT,
	status      TEXT NOT NULL,
	start_date  DATE NOT NULL,
	salary      INTEGER NOT NULL
)`;

/** Owned by the source through the sync: the first block. The door's own: the second. */
const ACCESS_LIST = `CREATE TABLE access_list (
	id           INTEGER PRIMARY KEY,
	login        TEXT NOT NULL UNIQUE,
	name         TEXT NOT NULL,
	email        TEXT,
	title        TEXT,
	department   TEXT,
	office       TEXT,
	works_since  DATE,
	active       BOOLEAN NOT NULL DEFAULT 1,
	access_level TEXT NOT NULL DEFAULT 'standard',

	badge_no     TEXT,
	door_note    TEXT
)`;

/** Writes both files. The access list already has some of the people, and others whom HR does not know. */
export function createDatabases(files: { hr: string; access: string }): void {
	const people = roster();
	const hr = new DatabaseSync(files.hr);
	hr.exec(EMPLOYEES);
	insertEmployees(hr, people);
	hr.close();

	const { below, one } = dice(7);
	const access = new DatabaseSync(files.access);
	access.exec(ACCESS_LIST);
	const insert = access.prepare(
		'INSERT INTO access_list (login, name, email, title, department, active, access_level, badge_no, door_note) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)',
	);
	access.exec('BEGIN');
	const badge = () => `B-${1000 + below(9000)}`;
	for (const [login, name, note] of VISITORS) insert.run(login, name, null, null, null, 'escorted', badge(), note);
	for (const [index, person] of people.filter(({ status }) => status === 'active').entries()) {
		if (index % 7 !== 0) continue;
		// Typed in by hand, years ago: the title is what it was then.
		const note = below(3) === 0 ? one(DOOR_NOTES) : null;
		const title = index === 0 || below(2) === 0 ? person.title : 'Trainee';
		insert.run(
			person.login,
			person.name,
			person.email,
			title,
			person.department,
			one(['standard', 'standard', 'extended']),
			badge(),
			note,
		);
	}
	access.exec('COMMIT');
	access.close();
}

/** Adds people to the roster in one transaction. */
export function insertEmployees(hr: DatabaseSync, people: Employee[]): void {
	const insert = hr.prepare(
		'INSERT INTO employees (employee_no, login, name, email, title, department, office, manager, status, start_date, salary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
	);
	hr.exec('BEGIN IMMEDIATE');
	for (const one of people) {
		insert.run(
			one.employee_no,
			one.login,
			one.name,
			one.email,
			one.title,
			one.department,
			one.office,
			one.manager,
			one.status,
			one.start_date,
			one.salary,
		);
	}
	hr.exec('COMMIT');
}
