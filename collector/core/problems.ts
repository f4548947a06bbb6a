/** What is wrong with a device as a source, and since when. */

/** Declared once: the text is what a person reads. */
export const PROBLEMS = {
  clone: 'two machines use this device id: give one of them another id',
  'epoch-returned':
    'the device went back to an epoch that it had left: its data folder was restored or copied',
  'site-moved': 'the device was seen under another site before',
  undecodable: 'messages of this device could not be decoded and were set aside',
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export interface Problem {
  /** UTC milliseconds. */
  readonly since: number;
  readonly lastAt: number;
  readonly detail: string;
}

interface Troubled {
  readonly problems: Map<ProblemCode, Problem>;
}

/** A problem that was not seen again for this long is over. */
const PROBLEM_MEMORY_MS = 86_400_000;

export function raise(device: Troubled, code: ProblemCode, now: number, detail: string): void {
  const since = device.problems.get(code)?.since ?? now;
  device.problems.set(code, { since, lastAt: now, detail });
}

/** Answers whether one was forgotten. */
export function forgetOldProblems({ problems }: Troubled, now: number): boolean {
  const before = problems.size;
  for (const [code, { lastAt }] of problems) {
    if (now - lastAt > PROBLEM_MEMORY_MS) problems.delete(code);
  }
  return problems.size < before;
}
