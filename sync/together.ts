/**
 * Work that costs the same for one as for many, such as a commit to disk: what comes while it is under way waits, and is
 * then done together. What comes while nothing is under way waits for nobody.
 */

/** Whether an error would meet each of them alone, too, so that it need not be tried. */
type MeetsAll = (error: unknown) => boolean;

interface Waiting<Given> {
	given: Given[];
	done: () => void;
	failed: (error: unknown) => void;
}

export class Together<Given> {
	private waiting: Waiting<Given>[] = [];
	private working = false;

	constructor(
		private readonly work: (all: Given[]) => Promise<void>,
		private readonly how: { most: number; meetsAll: MeetsAll },
	) {}

	/** Nothing is under way, and nobody waits. */
	get idle(): boolean {
		return !this.working && this.waiting.length === 0;
	}

	/** Resolves when the work on these is done. One that spoils it for those that it was done with fails alone. */
	async add(given: Given[]): Promise<void> {
		const mine = new Promise<void>((done, failed) => this.waiting.push({ given, done, failed }));
		if (!this.working) void this.workOff();
		await mine;
	}

	private async workOff(): Promise<void> {
		this.working = true;
		while (this.waiting.length > 0) await this.doTogether(this.next());
		this.working = false;
	}

	/** The next ones, in their order, of no more things than may be done at once. */
	private next(): Waiting<Given>[] {
		let count = 0;
		let taken = 0;
		for (const { given } of this.waiting) {
			if (taken > 0 && count + given.length > this.how.most) break;
			count += given.length;
			taken++;
		}
		return this.waiting.splice(0, taken);
	}

	/** Never rejects. */
	private async doTogether(several: Waiting<Given>[]): Promise<void> {
		try {
			await this.work(several.flatMap(({ given }) => given));
			for (const { done } of several) done();
		} catch (error) {
			if (several.length === 1 || this.how.meetsAll(error)) for (const { failed } of several) failed(error);
			else for (const one of several) await this.doTogether([one]);
		}
	}
}

/** One line per name, kept only while somebody stands in it. */
export class Lines<Given> {
	private readonly lines = new Map<string, Together<Given>>();

	constructor(private readonly how: { most: number; meetsAll: MeetsAll }) {}

	/** More than may be done at once are several pieces, one after the other. */
	async add(name: string, given: Given[], work: (all: Given[]) => Promise<void>): Promise<void> {
		const known = this.lines.get(name);
		const line = known?.idle === false ? known : new Together(work, this.how);
		this.lines.set(name, line);
		const { most } = this.how;
		try {
			for (let from = 0; from < given.length; from += most) await line.add(given.slice(from, from + most));
		} finally {
			if (line.idle && this.lines.get(name) === line) this.lines.delete(name);
		}
	}
}
