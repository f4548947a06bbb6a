/** What is wrong with a rule file, said so that a person finds the place. */
export interface RuleProblem {
  readonly file: string;
  readonly message: string;
  readonly group?: string;
  /** Its place in the group, from 1. */
  readonly rule?: number;
  /** The name of the rule. */
  readonly name?: string;
  /** Both from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** `rules.yml:7:15: group "disks", rule 2, "DiskFull": could not parse expression: …` */
export function formatProblem(problem: RuleProblem): string {
  const { file, message, group, rule, name, line, column } = problem;
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const parts = [
    ...(group === undefined ? [] : [`group ${JSON.stringify(group)}`]),
    ...(rule === undefined ? [] : [`rule ${rule}`]),
    ...(name === undefined || name === '' ? [] : [JSON.stringify(name)]),
  ];
  return `${place}: ${parts.length === 0 ? '' : `${parts.join(', ')}: `}${message}`;
}
