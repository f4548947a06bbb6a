/**
 * File and environment to settings: the one order in which both programs do it.
 *
 * Reading is the caller's part, so that this stays free of I/O and is tested with plain text.
 */
import type { Tree } from './check.ts';
import { check } from './check.ts';
import type { Environment } from './environment.ts';
import { overlayEnvironment } from './environment.ts';
import type { ConfigProblem, Finding } from './problem.ts';
import { finding } from './problem.ts';
import type { Infer, Schema } from './schema.ts';

/** A parsed file. `lineOf` answers for a key, or for the nearest key around it that was written. */
export interface ConfigDocument {
  readonly tree: unknown;
  lineOf(keys: readonly string[]): number | undefined;
}

export const NO_FILE: ConfigDocument = { tree: {}, lineOf: () => undefined };

/** The variable that names the file; it is no setting of its own. */
export const FILE_VARIABLE = 'MUSTER_CONFIG';

export interface Assembled<T> {
  readonly settings: T | undefined;
  /** What was written, defaults not filled in. */
  readonly written: Tree;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
  /** Tells where a later finding's value was written. */
  place(problem: Finding): ConfigProblem;
}

export function assemble<S extends Schema<unknown>>(
  schema: S,
  document: ConfigDocument,
  env: Environment,
): Assembled<Infer<S>> {
  const isTree = typeof document.tree === 'object' && !Array.isArray(document.tree);
  const file = isTree ? ((document.tree ?? {}) as Tree) : {};
  const overlay = overlayEnvironment(schema, file, env, [FILE_VARIABLE]);
  const { variableOf } = overlay;
  const place = (problem: Finding): ConfigProblem => {
    const variable = variableOf(problem.keys);
    const line = variable === undefined ? document.lineOf(problem.keys) : undefined;
    return {
      ...problem,
      path: problem.keys.join('.'),
      ...(variable === undefined ? {} : { variable }),
      ...(line === undefined ? {} : { line }),
    };
  };
  const checked = check(schema, overlay.tree, {
    fromEnvironment: (keys) => variableOf(keys) !== undefined,
  });
  const findings = isTree
    ? checked.problems
    : [finding('wrong-type', [], 'the file must hold keys and values', 'e.g. site: home')];
  return {
    settings: findings.length === 0 ? checked.value : undefined,
    written: overlay.tree,
    problems: inOrder(findings.map(place)),
    warnings: overlay.warnings,
    place,
  };
}

/** As they stand in the file; what does not stand there comes first. */
export function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
