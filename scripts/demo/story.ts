/**
 * `npm run demo`: people join, change, leave and go missing, and the access list follows. Every sentence with a tick in
 * front of it was checked in both databases, by this process and not by the ledger.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { owner } from '../../test/n8n/api';
import type { Access, Employee } from './roster';
import { build, type Stage } from './stage';
import { bold, change, cyan, detail, did, dim, heading, red, say, tell, verdict, waiting, yellow } from './terminal';
import { demoWorkflow } from './workflow';

/** The longest that anything may take to arrive: the interval is 10 seconds. */
const PATIENCE = 60_000;

// This file runs as .build/scripts/demo/story.js.
const logs = join(__dirname, '..', '..', 'logs');

export async function run(given: string[]): Promise<{ result: unknown; held: boolean }> {
	const [once, keep] = [given.includes('--once'), given.includes('--keep')];
	say(dim('· starting n8n …'));
	const stage = await build();
	const interrupt = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort());
	const story = new Story(stage, interrupt.signal);
	try {
		introduce(stage);
		await story.play();
		say();
		if (!once) await story.stay(keep);
	} catch (error) {
		if (!interrupt.signal.aborted) story.broke(error as Error);
	} finally {
		say(dim('\n· stopping n8n …'));
		await stage.close(keep);
		if (keep) say(`  kept: ${stage.n8n.folder}`);
	}
	return { result: story.result(), held: story.held };
}

function introduce({ version, address, files }: Stage): void {
	say();
	say(` ${bold('One-way sync, in a real n8n')}`);
	say(` HR’s roster ${cyan('━━▶')} access list at the door. What HR says, goes; what HR does not own, stays.`);
	say();
	const facts = [
		['n8n', `${version}, ${address}`],
		['sign in', `${owner.email}  ${owner.password}`],
		['roster', files.hr],
		['access list', files.access],
	];
	for (const [name, value] of facts) say(` ${dim(name!.padEnd(12))} ${value}`);
}

class Story {
	private readonly seconds: Record<string, number> = {};
	private readonly failed: string[] = [];
	private converged = false;
	private ended = false;
	/** What the demo itself writes into the door's own columns. */
	private readonly byHand = new Map<string, Partial<Access>>();
	/** HR's table as the demo, playing HR, has left it. */
	private roster: Employee[];

	constructor(
		private readonly stage: Stage,
		private readonly signal: AbortSignal,
	) {
		this.roster = stage.databases.employees();
	}

	get held(): boolean {
		return this.ended && this.converged && this.failed.length === 0;
	}

	result(): unknown {
		return {
			converged: this.converged,
			outcomes: this.stage.runs.counts(),
			arrivalSeconds: this.seconds,
			...(this.failed.length > 0 && { failed: this.failed }),
		};
	}

	async play(): Promise<void> {
		await this.firstSync();
		await this.editAtTheSource();
		await this.editAtTheDoor();
		await this.leaver();
		await this.leave();
		await this.brokenImport();
		await this.repaired();
		await this.end();
	}

	/** The story could not be told to its end. */
	broke({ message }: Error): void {
		verdict(false, message);
		this.failed.push(message.split('\n')[0]!);
		mkdirSync(logs, { recursive: true });
		copyFileSync(this.stage.n8n.log, join(logs, 'demo-n8n.log'));
		detail(`what n8n said: ${join(logs, 'demo-n8n.log')}`);
	}

	/** Goes on until Ctrl+C, and tells what the sync does meanwhile. */
	async stay(keep: boolean): Promise<void> {
		const { address, files, runs } = this.stage;
		say(` ${bold('Now you.')} The sync goes on. Look at it in the editor, or edit either file and watch here.`);
		say(`   ${address}`);
		say(
			dim(
				`   sqlite3 ${files.hr} "UPDATE employees SET office = 'Leeds' WHERE login = '${this.roster[5]!.login}'"`,
			),
		);
		say(dim(`   sqlite3 ${files.access} "UPDATE access_list SET active = 1"`));
		say(
			` ${bold('Ctrl+C')} ends it${keep ? '; the files stay' : ' and removes the files (--keep leaves them)'}.\n`,
		);
		let holds = runs.held.length;
		for (;;) {
			await delay(2000, undefined, { signal: this.signal });
			const news = await runs.look();
			for (const { outcome, text } of news) say(` ${time()}  ${outcome === 'failed' ? red(text) : text}`);
			for (; holds < runs.held.length; holds++) say(` ${time()}  ${yellow(runs.held[holds]!.text)}`);
		}
	}

	private async firstSync(): Promise<void> {
		const { databases, n8n, workflow, runs } = this.stage;
		const people = this.roster;
		const active = people.filter(({ status }) => status === 'active');
		const known = databases.before.filter(({ email }) => email !== null);
		heading(1, 'The first sync');
		tell(
			`HR knows ${people.length} people, ${active.length} of them at work. The access list is older than the sync: ${known.length} of them are in it already, typed in by hand, with ${databases.before.length - known.length} visitors and firms whom HR does not know.`,
		);
		did('you', 'publish the workflow');
		let start = performance.now();
		await n8n.api.activate(workflow.id);
		await this.until('firstHeld', 'the first write to be held', start, async () => {
			await runs.look();
			return runs.held.length > 0;
		});
		const [hold] = runs.held;
		this.untouched('nothing was written yet: the list is not empty, so the first write waits for a person');
		detail(yellow(hold!.text));
		did('you', `look at it, set Release Hold to ${hold!.hold} in the trigger, and publish again`);
		start = performance.now();
		await n8n.api.updateWorkflow(workflow.id, { nodes: demoWorkflow(this.stage.files, hold!.hold).nodes });
		await n8n.api.activate(workflow.id);
		await this.until('first', 'everybody to arrive', start, () => databases.differences().length === 0);
		await this.runsAgree(
			'the first runs to end',
			() => runs.counts()['created']! + runs.counts()['adopted']! === active.length,
		);
		const { created, adopted } = runs.counts();
		this.check(created === active.length - known.length, `${created} created`, this.seconds['first']);
		this.check(
			adopted === known.length,
			`${adopted} recognised by their e-mail address and adopted, not created again`,
		);
		const trainee = known.find(({ login, title }) => title !== databases.employee(login).title)!;
		detail(`${trainee.name}, ${change('title', trainee.title, databases.access(trainee.login)?.title)}`);
		this.agree(`all ${active.length} have one row each, and every mapped field is HR’s`);
		this.check(
			databases.accessList().length === active.length + databases.before.length - known.length,
			`no row for the ${people.length - active.length} who are on leave`,
		);
		this.untouched('visitors, badges and door notes are as they were');
	}

	private async editAtTheSource(): Promise<void> {
		const { databases } = this.stage;
		const person = this.pick(({ title }) => title === 'Software Engineer');
		heading(2, 'HR changes something');
		const now = { title: 'Principal Engineer', office: person.office === 'Porto' ? 'Leeds' : 'Porto' };
		did('HR', `promotes ${bold(person.name)}, and moves the desk to ${now.office}`);
		const start = performance.now();
		this.hr(person, now);
		await this.until('edit', 'it to arrive', start, () => {
			const row = databases.access(person.login);
			return row?.title === now.title && row.office === now.office;
		});
		this.check(
			true,
			`${change('title', person.title, now.title)}, ${change('office', person.office, now.office)}`,
			this.seconds['edit'],
		);
		this.agree('everything else is as it was');
	}

	private async editAtTheDoor(): Promise<void> {
		const { databases, runs } = this.stage;
		const person = this.pick((one) =>
			databases.before.some(({ login, door_note }) => login === one.login && door_note !== null),
		);
		heading(3, 'Somebody edits the access list');
		const note = 'Has the key to the archive';
		did('door', `makes ${bold(person.name)} a “Contractor”, raises the access level, and writes a note`);
		const before = databases.access(person.login)!;
		const start = performance.now();
		databases.atTheDoor(
			'UPDATE access_list SET title = ?, access_level = ?, door_note = ? WHERE login = ?',
			'Contractor',
			'all doors',
			note,
			person.login,
		);
		this.byHand.set(person.login, { access_level: 'all doors', door_note: note });
		await this.until('heal', 'the sweep', start, () => databases.access(person.login)?.title === person.title);
		await this.runsAgree('the run to end', () => runs.find('healed', person) !== undefined);
		const healed = runs.find('healed', person);
		const [title] = healed?.changes ?? [];
		this.check(
			title?.was === 'Contractor' && title.now === person.title,
			`${change('title', 'Contractor', person.title)}: HR owns it, so it was written back`,
			this.seconds['heal'],
		);
		const row = databases.access(person.login)!;
		this.check(
			row.door_note === note,
			`${change('door_note', before.door_note, row.door_note)}: the door’s own, it stays`,
		);
		this.check(
			row.access_level === 'all doors',
			`${change('access_level', before.access_level, row.access_level)}: set once, then the door’s; it stays`,
		);
	}

	private async leaver(): Promise<void> {
		const { databases, runs } = this.stage;
		const person = this.pick((one) =>
			databases.before.some(({ login, badge_no }) => login === one.login && badge_no !== null),
		);
		heading(4, 'Somebody leaves');
		did('HR', `deletes ${bold(person.name)}, ${person.title}, from the roster`);
		let start = performance.now();
		databases.inHr('DELETE FROM employees WHERE login = ?', person.login);
		this.roster = this.roster.filter(({ login }) => login !== person.login);
		await this.until('leaver', 'access to end', start, () => databases.access(person.login)?.active === 0);
		this.check(true, `${change('active', 1, 0)}: no access any more`, this.seconds['leaver']);
		this.check(
			databases.access(person.login)?.badge_no !== null,
			`the row is still there, with badge ${databases.access(person.login)?.badge_no}`,
		);
		did('door', 'lets the person in again');
		start = performance.now();
		databases.atTheDoor('UPDATE access_list SET active = 1 WHERE login = ?', person.login);
		await this.until('leaverAgain', 'the sweep', start, () => databases.access(person.login)?.active === 0);
		await this.runsAgree('the run to end', () => runs.find('healed', person) !== undefined);
		this.check(
			runs.find('healed', person) !== undefined,
			`${change('active', 1, 0)}: healed, too`,
			this.seconds['leaverAgain'],
		);
	}

	private async leave(): Promise<void> {
		const { databases } = this.stage;
		const person = this.pick(({ department }) => department === 'Customer Care');
		heading(5, 'Somebody goes on leave, and comes back');
		did('HR', `sets the status of ${bold(person.name)} to “parental leave”`);
		let start = performance.now();
		this.hr(person, { status: 'parental leave' });
		await this.until('outOfScope', 'access to end', start, () => databases.access(person.login)?.active === 0);
		this.check(
			true,
			`${change('active', 1, 0)}: out of the sync’s scope (status is active), so deactivated`,
			this.seconds['outOfScope'],
		);
		did('HR', 'sets it back to “active”');
		start = performance.now();
		this.hr(person, { status: 'active' });
		await this.until('return', 'access to be back', start, () => databases.access(person.login)?.active === 1);
		this.check(true, `${change('active', 0, 1)}: the same row, in use again`, this.seconds['return']);
		this.agree('both databases agree');
	}

	private async brokenImport(): Promise<void> {
		const { databases, runs } = this.stage;
		heading(6, 'The nightly import goes wrong');
		const before = JSON.stringify(databases.accessList());
		const unharmed = () => JSON.stringify(databases.accessList()) === before;
		const inUse = databases.accessList().filter(({ active }) => active === 1).length;

		did('HR', `the import deletes all ${this.roster.length} rows, and then breaks off`);
		let start = performance.now();
		databases.importRoster([]);
		await this.until('emptyNoticed', 'the sync to notice', start, async () => {
			await runs.look();
			return runs.reported(/no record at all/u) !== undefined;
		});
		const report = runs.reported(/no record at all/u)!;
		this.check(
			unharmed(),
			'nothing was removed; a failed execution tells it to whoever watches errors:',
			this.seconds['emptyNoticed'],
		);
		detail(`${yellow(report.message)}: ${report.description}`);

		const rest = this.roster.slice(0, 12);
		did('HR', `the import starts again and breaks off after ${rest.length} rows`);
		start = performance.now();
		databases.importRoster(rest);
		await this.until('held', 'the removals to be held', start, async () => {
			await runs.look();
			return runs.held.length > 1;
		});
		const hold = runs.held.at(-1)!;
		this.check(unharmed(), `held, before the first one was sent: all ${inUse} still get in`, this.seconds['held']);
		detail(yellow(hold.text));
		detail(dim(`${hold.names.slice(0, 4).join(', ')} … and ${hold.count - 4} more`));
	}

	private async repaired(): Promise<void> {
		const { databases, runs } = this.stage;
		heading(7, 'The import is repaired');
		const starter: Employee = {
			...this.roster.at(-1)!,
			employee_no: 9001,
			login: 'noor.elhaddad',
			name: 'Noor El-Haddad',
			email: 'noor.elhaddad@halden.example',
			title: 'Security Analyst',
			department: 'IT',
			status: 'active',
			start_date: '2026-11-02',
		};
		did('HR', `imports everybody again, and ${bold(starter.name)}, who starts today`);
		const gone = () =>
			databases
				.accessList()
				.filter(({ active }) => active !== 1)
				.map(({ login }) => login)
				.join();
		const before = gone();
		// It was well again once before: when the first write was released.
		const earlier = runs.reported(/healthy again/u);
		this.roster = [...this.roster, starter];
		const start = performance.now();
		databases.importRoster(this.roster);
		await this.until('repaired', 'the new colleague', start, () => databases.access(starter.login)?.active === 1);
		this.check(true, `${starter.name} was created`, this.seconds['repaired']);
		await this.until('healthy', 'the sync to be well again', start, async () => {
			await runs.look();
			return runs.reported(/healthy again/u) !== earlier;
		});
		this.check(
			gone() === before,
			'nobody was removed: the hold let go of everybody by itself, and the sync is healthy again',
			this.seconds['healthy'],
		);
	}

	private async end(): Promise<void> {
		const { databases, runs } = this.stage;
		heading(8, 'In the end');
		await runs.look();
		const agree = this.agree(`both databases agree on all ${this.roster.length} people`);
		const untouched = this.untouched('visitors, badges, door notes and access levels: as the door left them');
		const source = same(databases.employees(), this.roster);
		this.check(source, 'HR’s table holds what HR wrote, and nothing else');
		this.check(
			runs.failed.length === 0,
			`no record failed${runs.failed.length > 0 ? `: ${runs.failed[0]!.text}` : ''}`,
		);
		const counts = Object.entries(runs.counts()).filter(([, count]) => count > 0);
		detail(counts.map(([name, count]) => `${count} ${name}`).join(dim(' · ')));
		this.converged = agree && untouched && source;
		this.ended = true;
	}

	/** Somebody at work who has no part in the story yet. */
	private readonly cast = new Set<string>();
	private pick(suits: (person: Employee) => boolean): Employee {
		const person = this.roster.find((one) => one.status === 'active' && !this.cast.has(one.login) && suits(one))!;
		this.cast.add(person.login);
		return person;
	}

	private hr(person: Employee, change: Partial<Employee>): void {
		const names = Object.keys(change);
		this.stage.databases.inHr(
			`UPDATE employees SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE employee_no = ?`,
			...Object.values(change),
			person.employee_no,
		);
		this.roster = this.roster.map((one) => (one.login === person.login ? { ...one, ...change } : one));
	}

	/** Waits, and keeps the seconds under that name. */
	private async until(
		name: string,
		what: string,
		start: number,
		ask: () => boolean | Promise<boolean>,
	): Promise<void> {
		await waiting(`waiting for ${what}`, this.eventually(what, ask));
		this.seconds[name] = Math.round((performance.now() - start) / 100) / 10;
	}

	private async runsAgree(what: string, ask: () => boolean): Promise<void> {
		await this.eventually(what, async () => {
			await this.stage.runs.look();
			return ask();
		});
	}

	private async eventually(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
		const end = performance.now() + PATIENCE;
		while (!(await ask())) {
			if (performance.now() > end) {
				const wrong = this.stage.databases.differences(this.roster).slice(0, 5);
				const failed = this.stage.runs.failed.slice(0, 3).map(({ text }) => text);
				throw new Error([`waited ${PATIENCE / 1000} s for ${what}`, ...wrong, ...failed].join('\n  '));
			}
			await delay(100, undefined, { signal: this.signal });
		}
	}

	private agree(text: string): boolean {
		const wrong = this.stage.databases.differences(this.roster);
		return this.check(
			wrong.length === 0,
			wrong.length === 0 ? text : `${text}; but ${wrong.slice(0, 5).join('; ')}`,
		);
	}

	private untouched(text: string): boolean {
		const wrong = this.stage.databases.touched(this.byHand);
		return this.check(
			wrong.length === 0,
			wrong.length === 0 ? text : `${text}; but ${wrong.slice(0, 5).join('; ')}`,
		);
	}

	private check(holds: boolean, text: string, seconds?: number): boolean {
		verdict(holds, text, seconds);

		if (!holds) this.failed.push(text.replace(/\u001b\[\d+m/gu, ''));
		return holds;
	}
}

function same(some: Employee[], others: Employee[]): boolean {
	const text = (people: Employee[]) =>
		JSON.stringify(people.map((one) => Object.entries(one).sort(([a], [b]) => a.localeCompare(b))).sort());
	return text(some) === text(others);
}

function time(): string {
	return dim(new Date().toTimeString().slice(0, 8));
}
