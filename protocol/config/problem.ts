/** What is wrong with a configuration, told so that its writer can mend it without the manual. */

/** Every kind of problem, declared once; tools may match on the code. */
export const CONFIG_PROBLEMS = {
  unreadable: 'a file cannot be read',
  syntax: 'the file is not valid YAML',
  'unknown-key': 'no such key',
  'wrong-type': 'the value has another type than the key asks for',
  'not-allowed': 'the value is not one of those allowed',
  'out-of-range': 'the value is below or above what is allowed',
  malformed: 'the text does not have the form that the key asks for',
  missing: 'a key that is needed is not there',
  conflict: 'two keys cannot be set together, or one needs another',
  secret: 'a secret stands where everybody can read it',
  'not-remote': "only the device's own file may set this, not the collector",
  insecure: 'a listener would be open to the network without protection',
} as const;

export type ProblemCode = keyof typeof CONFIG_PROBLEMS;

export interface ConfigProblem {
  readonly code: ProblemCode;
  /** Dotted, e.g. `samplers.cpu.interval`; empty for the file as a whole. */
  readonly path: string;
  /** The same as a list, for keys that hold dots. */
  readonly keys: readonly string[];
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Where the value was written: 1-based line of the file, or the environment variable. */
  readonly line?: number;
  readonly variable?: string;
}

/** A problem as the checks report it, before anybody has looked up where it was written. */
export type Finding = Omit<ConfigProblem, 'path' | 'line' | 'variable'>;

export function finding(
  code: ProblemCode,
  keys: readonly string[],
  message: string,
  hint?: string,
): Finding {
  return hint === undefined ? { code, keys, message } : { code, keys, message, hint };
}

/** One line for a person: `agent.yaml:3: broker.ulr: no such key; did you mean "url"?` */
export function formatProblem(problem: ConfigProblem, file?: string): string {
  const { path, message, hint, line, variable } = problem;
  const place = variable ?? (line === undefined ? file : `${file ?? 'line '}:${line}`);
  const parts = [place, path, message].filter((part) => part !== undefined && part !== '');
  return parts.join(': ') + (hint === undefined ? '' : `; ${hint}`);
}
