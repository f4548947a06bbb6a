/** What holds for a program and its arguments wherever a device's file names one; no shell is between. */

export interface ProgramProblem {
  readonly key: string;
  readonly message: string;
}

/** An execve(2) cannot take a NUL, and a name that ends in a slash is a folder's. */
export function programProblems(program: string, args: readonly string[]): ProgramProblem[] {
  return [
    ...(program.includes('\0') || program.endsWith('/')
      ? [{ key: 'program', message: `${JSON.stringify(program)} is no file` }]
      : []),
    ...args.flatMap((each, index) =>
      each.includes('\0') ? [{ key: `args.${index}`, message: 'holds a NUL' }] : [],
    ),
  ];
}
