/**
 * The directories that take a minute or two to install: 389 Directory Server and Active Directory (as Samba has it), through
 * the suite that every destination must pass and the one for directories. Played alone only: `npm run e2e -- directory`.
 */
import { conforms } from '../connectors/ldap/conforms';
import { activeDirectory, directoryServer } from '../connectors/ldap/kinds';
import { over } from '../connectors/ldap/place';
import { directorySuite } from '../connectors/ldap/suite';

for (const kind of [directoryServer, activeDirectory])
	over(kind, kind.name, (place) => {
		jest.setTimeout(120_000);
		conforms(kind, place);
		directorySuite(kind, place);
	});
