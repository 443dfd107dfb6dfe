/** Any of n8n's nodes as source and as destination: the workflows in `templates/`, run by a real n8n, story by story. */
import * as restServer from '../servers/rest';
import { withDatabase } from '../sql/databases';
import { tellOfApproval } from './any-node/approval';
import { postgres } from './any-node/postgres';
import { rest } from './any-node/rest';
import { tellTheStory } from './any-node/story';
import { dataTables } from './any-node/tables';

withDatabase('postgres', () => tellTheStory(postgres()), 'Postgres nodes on both sides');

const there = restServer.available();
if (there.ok) describe('HTTP Request nodes on both sides', () => tellTheStory(rest()));
else describe.skip(`HTTP Request nodes on both sides: needs ${there.missing}`, () => tellTheStory(rest()));

describe('Data Tables on both sides', () => tellTheStory(dataTables()));

describe('plans that a person approves in a form', () => tellOfApproval(dataTables()));
