/** muster-collector: argv, signals and exit codes; everything else is behind `app.ts` and `commands/`. */
import { fileURLToPath } from 'node:url';
import { CollectorApp } from './app.ts';
import { loadCollectorConfig } from './config.ts';
import { createLog } from './io/log.ts';

async function run(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--config');
  const loaded = await loadCollectorConfig(at < 0 ? undefined : args[at + 1], process.env);
  if (!loaded.ok) {
    for (const problem of loaded.problems) process.stderr.write(`${JSON.stringify(problem)}\n`);
    return 1;
  }
  const { config } = loaded;
  const log = createLog(config.log);
  const app = await CollectorApp.open(
    config,
    { webRoot: fileURLToPath(new URL('web', import.meta.url)) },
    log,
  );
  await app.start();
  await new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await app.stop();
  return 0;
}

process.exitCode = await run(process.argv.slice(3));
