/**
 * The import direction as a lint rule: which room may import from which, and which may name a package.
 * `docs/architecture.md` says why; this table is what holds it.
 */
import { dirname, join, relative, sep } from 'node:path';

const root = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..', '..');

/** For each room: rooms (or single modules) it may import from besides itself, and packages it may name. */
const rooms = {
	sync: { rooms: [], packages: ['node:crypto', 'luxon', 'lodash'] },
	// `sync/types` lends one word, Value, and only as a type.
	sql: { rooms: [], types: ['sync/types'], packages: ['node:*', 'kysely', 'pg', 'pg-cursor', 'mysql2'] },
	ledger: { rooms: ['sync', 'sql'], packages: ['node:*', 'kysely'] },
	connectors: { rooms: ['sync', 'sql'], packages: ['node:*', 'kysely', 'luxon', 'lodash', 'ldapts'] },
	systems: { rooms: ['connectors/rest'], packages: ['luxon', 'lodash'] },
	report: { rooms: ['sync'], packages: [] },
	nodes: {
		rooms: ['connectors', 'ledger', 'report', 'sync', 'sql/types', 'systems'],
		types: ['sql'],
		packages: ['node:*', 'luxon', 'lodash', 'n8n-workflow'],
	},
	credentials: { rooms: [], packages: ['n8n-workflow'] },
};

const within = (module, places = []) => places.some((place) => module === place || module.startsWith(`${place}/`));
const named = (name, packages) =>
	packages.some((known) =>
		known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known || name.startsWith(`${known}/`),
	);

export const direction = {
	meta: {
		type: 'problem',
		schema: [],
		messages: {
			room: '{{from}}/ must not import {{to}}: imports run one way (docs/architecture.md)',
			type: '{{from}}/ may import {{to}} only as a type',
			package: '{{from}}/ must not name the package {{to}}',
		},
	},
	create(context) {
		const file = relative(root, context.filename).split(sep).join('/');
		const from = file.split('/')[0];
		const rule = rooms[from];
		if (!rule) return {};

		const check = (source, typeOnly) => {
			if (typeof source?.value !== 'string') return;
			const report = (messageId, to) => context.report({ node: source, messageId, data: { from, to } });
			if (!source.value.startsWith('.')) {
				if (!named(source.value, rule.packages)) report('package', source.value);
				return;
			}
			const to = join(dirname(file), source.value).split(sep).join('/');
			if (within(to, [from, ...rule.rooms])) return;
			if (!within(to, rule.types)) report('room', to);
			else if (!typeOnly) report('type', to);
		};
		const allTypes = (node) =>
			node.importKind === 'type' ||
			node.exportKind === 'type' ||
			(node.specifiers?.length > 0 &&
				node.specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type'));
		return {
			ImportDeclaration: (node) => check(node.source, allTypes(node)),
			ExportNamedDeclaration: (node) => check(node.source, allTypes(node)),
			ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
			ImportExpression: (node) => check(node.source, false),
			TSImportType: (node) => check(node.source ?? node.argument?.literal, true),
			"CallExpression[callee.name='require']": (node) => check(node.arguments[0], false),
		};
	},
};

export default { rules: { direction } };
