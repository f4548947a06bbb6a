/** The real collector on ports of the test's choice. argv: its resolved configuration as JSON. */
import { CollectorApp } from '../../../collector/app.ts';
import type { CollectorConfig } from '../../../collector/config.ts';
import { createLog } from '../../../collector/io/log.ts';

const config = JSON.parse(process.argv[2] ?? '{}') as CollectorConfig;
const log = createLog();
const app = await CollectorApp.open(
  config,
  { webRoot: '/nonexistent', rulesRoot: '/nonexistent' },
  log,
);
// Before `started` is printed: a signal that comes right after it must find somebody at home.
process.once('SIGTERM', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
await app.start();
process.stdout.write('started\n');
