/** One bench by its command line: `--help` prints its arguments, what it does not know is one line. */

export interface Bench {
  readonly describe: string;
  run(args: string[]): Promise<void>;
}

/** The exit code, or nothing where the bench has set its own. */
export async function runBench(
  name: string,
  bench: Bench,
  args: string[],
  print: (line: string) => void,
): Promise<number | undefined> {
  if (args.includes('--help') || args.includes('-h')) {
    print(`npm run bench ${name} -- [arguments]\n\n  ${bench.describe}`);
    return 0;
  }
  try {
    await bench.run(args);
    return undefined;
  } catch (error) {
    const told = badArgument(error);
    if (told === undefined) throw error;
    print(`bench ${name}: ${told} ("npm run bench ${name} -- --help" lists the arguments)`);
    return 2;
  }
}

/** What `parseArgs` refuses, or a bench in its words; its advice on `--` is for other programs. */
function badArgument(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if (!String(error.code).startsWith('ERR_PARSE_ARGS_')) return undefined;
  return error.message.split(/\n|\. To specify/)[0];
}
