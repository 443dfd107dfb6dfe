/** One count of requests, beside the least that the API allows. */
export interface Counted {
	system: string;
	case: Case;
	calls: number;
	least: number;
}

export const CASES = ['first sync', '0 changed', '1 % changed', 'full sweep'] as const;
export type Case = (typeof CASES)[number];

/** How many records there are, and how many of them change. */
export interface Size {
	records: number;
	changed: number;
}

/** The most times as many as the least that may be asked. */
export const MOST = 1.05;

/** Where nothing has to be asked, nothing may be. */
export const holds = ({ calls, least }: Counted): boolean => calls <= least * MOST;

/** That there is nothing takes a request, too. */
export const requests = (count: number, each: number): number => Math.max(1, Math.ceil(count / each));
