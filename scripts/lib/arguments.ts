/** Arguments of a script: `--help` prints its usage and ends it, and so does what it does not know. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

type Config = Omit<ParseArgsConfig, 'args'>;

export function argumentsOf<const C extends Config>(
  usage: string,
  config: C,
): ReturnType<typeof parseArgs<C>> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs({ ...config, args }) as ReturnType<typeof parseArgs<C>>;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    process.exit(2);
  }
}
