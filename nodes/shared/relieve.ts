/**
 * Keeps n8n small while much passes through it. V8 puts a large collection off as long as a program makes objects quickly, up
 * to several times of what is alive, and gives back what it took for that only much later. What is allocated outside of its
 * heap counts as pressure: from 64 MB since the last collection on, it begins to mark in small steps beside the work
 * (`Heap::ReportExternalMemoryPressure` and `kExternalAllocationSoftLimit` in V8's src/heap). Memory that nobody writes to is
 * never really there, and dropped at once.
 */
const PRESSURE = 80 * 2 ** 20;
/** Records that have passed through since the last time: they leave about 55 kB each behind. */
const RECORDS = 2500;
/** Milliseconds between two times while a node works for long. */
const APART = 1000;

let passed = 0;

/** So many records have passed through. */
export function relieve(records: number): void {
	passed += records;
	if (passed < RECORDS) return;
	passed = 0;
	// Not `new ArrayBuffer`, which a bundler leaves out where nobody uses it.
	Buffer.allocUnsafeSlow(PRESSURE);
}

/** While a node compares or writes, however long that takes; answers with how to end it. */
export function relieving(): () => void {
	const timer = setInterval(() => relieve(RECORDS), APART);
	return () => clearInterval(timer);
}
