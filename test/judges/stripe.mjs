/** stripe-stateful-mock, an independent stand-in of Stripe with state and idempotency, on a port of its own; it says which. */
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const { createExpressApp } = createRequire(import.meta.url)('stripe-stateful-mock');
const server = createServer(createExpressApp());
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.on('disconnect', () => process.exit());
