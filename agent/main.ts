/** muster-agent: argv, signals and exit codes; everything else is behind `app.ts` and `cli/`. */
import { AgentApp } from './app.ts';
import { loadAgentConfig } from './config.ts';
import { createLog } from './io/log.ts';

async function run(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--config');
  const loaded = await loadAgentConfig(at < 0 ? undefined : args[at + 1], process.env);
  if (!loaded.ok) {
    for (const problem of loaded.problems) process.stderr.write(`${JSON.stringify(problem)}\n`);
    return 1;
  }
  const { config } = loaded;
  const log = createLog({ level: () => config.log.level, format: config.log.format });
  const app = await AgentApp.open(config, log);
  await app.start();
  await new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await app.stop();
  return 0;
}

process.exitCode = await run(process.argv.slice(3));
