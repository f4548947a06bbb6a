/** The real collector as shipped, its rules on. argv: its resolved configuration as JSON. */
import { CollectorApp } from '../../../collector/app.ts';
import type { CollectorConfig } from '../../../collector/config.ts';
import { createLog } from '../../../collector/io/log.ts';

/** Set when it is bundled, because the bundle lies elsewhere. */
export interface Defines {
  readonly RULES_ROOT: string;
}
declare const RULES_ROOT: Defines['RULES_ROOT'];

const config = JSON.parse(process.argv[2] ?? '{}') as CollectorConfig;
const places = { webRoot: '/nonexistent', rulesRoot: RULES_ROOT };
const app = await CollectorApp.open(config, places, createLog());
process.once('SIGTERM', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
await app.start();
process.stdout.write('started\n');
