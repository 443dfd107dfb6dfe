/** What the suites of sources and destinations need to know of one object at a stand-in. */
import type { Fields } from '../../sync/types';
import type { Row } from './fake';
import type { DestinationFake, SourceFake } from './fakes/common';
import type { Stand } from './open';
import type { StoryCase } from './story';

export interface SourceOf {
	name: string;
	object: string;
	/** The table of the stand-in. */
	table: string;
	start(): Promise<SourceFake>;
	stand: Omit<Stand, 'url'>;
	/** A row of the stand-in, changed at this moment. */
	row(id: string, text: string, at: string): Row;
	/** What the source gives of it, besides what is empty. */
	fields(id: string, text: string): Fields;
	/** The stand-in's way of saying that it is gone. */
	gone(row: Row, at: string): Row | undefined;
	page: number;
	/** Each record takes a request of its own besides. */
	detailed?: true;
	/** It is asked for something else besides, such as its fields. */
	besides?: RegExp;
	/** It cannot be asked what changed; or its clock is its own, so that a test of its own does that. */
	follows?: false;
}

export type DestinationOf = Omit<StoryCase, 'stand' | 'fake' | 'count' | 'edit'> & {
	name: string;
	stand: Omit<Stand, 'url'>;
	start(): Promise<DestinationFake>;
	/** Which rows are of this object. */
	of(row: Row): boolean;
	/** By what the stand-in keeps a row, where that is not its id alone. */
	idOf?(id: string): string;
	/** Sets a field of a row. */
	set(row: Row, field: string, value: Row[string]): void;
};
