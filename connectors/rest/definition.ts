/**
 * What a system is, as data: one {@link SystemDefinition} per file in `systems/`. `connectors/rest` reads it and does the
 * rest; a definition does no I/O. Where data cannot say it, a named pure function (value → value) stands in the same file
 * and is tested there. Nothing may be left open: what a system does not have is said in words (`'none'`), so that an
 * incomplete definition does not compile. `docs/adding-a-system.md` shows how one is written.
 */
import type { FieldInfo, Value } from '../../sync/types';
import type { ErrorRules, Limits } from './definition/answers';
import type { CredentialUse } from './definition/access';
import type { Paged, Reading } from './definition/reading';
import type { Request, Template } from './definition/request';
import type { Condition, Path } from './definition/words';
import type { FieldWrite, Writing } from './definition/writing';

export type { Fields, Value } from '../../sync/types';
export type * from './definition/access';
export type * from './definition/answers';
export type * from './definition/reading';
export type * from './definition/request';
export type * from './definition/words';
export type * from './definition/writing';

/** How far a definition has been tried. No more is claimed anywhere. */
export type Proof = 'real server' | 'stateful stand-in' | 'vendor contract' | 'own fake';

export interface SystemDefinition {
	/** As it stands in workflows, for ever: lower case, `redmine`. */
	name: string;
	displayName: string;
	/** What people search for, besides the name: `issue tracker`, `time tracking`. */
	aliases: string[];
	/** The vendor's own page on the API. */
	docs: string;
	/** `against`: what exactly, with its version: `Redmine 5.0.4`. */
	proven: { by: Proof; against: string };
	/** What the account needs: the plan, the rights of the key. */
	needs: string;
	/** How people's right to edit there is taken away, so that only the sync edits; one sentence. */
	editing: string;
	credentials: [CredentialUse, ...CredentialUse[]];
	/** With `{credential.x}` and `{setting.x}`; without a slash at its end. A credential may have another one. */
	base: Template;
	/** What a user fills in besides: a workspace, a list. `{}` for none. */
	settings: Record<string, Setting>;
	/** Sent with every request, with the same names as `base`. */
	headers: Record<string, Template>;
	/** How bodies are sent where a request says nothing else. */
	encoding: Request['encoding'] & string;
	limits: Limits;
	errors: ErrorRules;
	/** By their names in workflows: `user`, `project`. */
	objects: Record<string, ObjectDefinition>;
}

/** Something that a user fills in for this system. */
export interface Setting {
	displayName: string;
	description: string;
	placeholder: string;
	required: boolean;
	default?: string;
}

export interface ObjectDefinition {
	/** In the singular: `User`. */
	displayName: string;
	/** What tells it from others where its name does not; left out for all that have one of their own. */
	place?: string;
	/** The field by which people know a record; one of `fields`, or a path. */
	label: Path;
	/** Where a record's id stands in what is read. */
	id: Path;
	/** When it was changed last, as it stands there; false where nothing says so. */
	updatedAt: Path | false;
	/** By the names that a mapping uses. */
	fields: Record<string, FieldDefinition>;
	/** Fields that only the account knows. `any path`: what a mapping names is read and written by its path. */
	moreFields: MoreFields | AnyMember | 'any path' | 'none';
	read: Reading;
	/** Where this API creates and changes none: by what they are, in one sentence for whoever chooses the object. */
	instead?: string;
	/** What `read only` says can be a source, and no destination. */
	write: Writing | 'read only';
}

export interface FieldDefinition {
	kind: FieldInfo['kind'];
	/** In the system's words, for people: `string(60)`. */
	type?: string;
	/** Where it stands in a record as read. False: it is written and cannot be read (a password). */
	read: Path | false;
	/** Where it goes; often another place than it is read from (`project.id`, `project_id`). */
	write: FieldWrite;
	/** Must be given on create. */
	required?: true;
	/** The values that it may have, as a mapping gives them. */
	allowed?: string[];
	maxLength?: number;
	/** What a new record gets where the mapping says nothing; for systems that want a value all the same. */
	otherwise?: Value;
	/** A list whose order means nothing. */
	unordered?: true;
	/** What no value is: a box that is not ticked is false, though the system leaves it out. */
	nothing?: Value;
	/** What the system spells otherwise: from what is read to what a mapping says, and back. Both pure. */
	fromSystem?: (value: Value) => Value;
	toSystem?: (value: Value) => Value;
	/**
	 * How a value is brought into the system's own spelling before it is compared (a mail address in lower case). Twice is
	 * once. Without it, only the kind's own spelling counts.
	 */
	spell?: (value: Value) => Value;
}

/**
 * Every member of the object at that path is a field (or only those of such a name): read there, and written by its name.
 * `within`: the whole object is a field, too, of that name; one member goes by `NAME.member` and is written in there.
 */
export interface AnyMember {
	under: Path;
	within?: string;
	only?: RegExp;
}

/** Fields that a request lists: custom fields, properties. */
export interface MoreFields {
	list: Paged;
	/** Only those of the list for which all of these hold. */
	only?: Condition[];
	/** With the members of what is listed: `{name}`. */
	name: Template;
	/** Where its type stands, and what kind that is; a type that is not named is `text`. */
	type: Path;
	kinds: Record<string, FieldInfo['kind']>;
	/** What else is said of all fields of a type. */
	types?: Record<string, Partial<Omit<FieldDefinition, 'kind' | 'read'>>>;
	/** Paths, with the members of what is listed: `properties.{name}`, `custom_fields[id={id}].value`. */
	read: Template;
	write: Template;
	/** Which of them cannot be written, must be given, and what they may hold. */
	readOnly?: Condition;
	required?: Condition;
	allowed?: Path;
}
