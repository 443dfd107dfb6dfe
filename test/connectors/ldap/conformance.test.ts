/** OpenLDAP through the suite that every destination must pass. Others: `npm run e2e -- directory`. */
import { conforms } from './conforms';
import { openldap, over } from './place';

over(openldap, 'OpenLDAP', (place) => conforms(openldap, place));
