// The order of test files: the longest begin first, so that none of them is left to run by itself at
// the end. Where vitest has run them before it knows; on a fresh clone it goes by their names.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONG = [
  ...['contract/rules-shipped', 'contract/trust-attacks', 'contract/link'],
  ...['contract/rollouts-blast', 'contract/fleet-http', 'contract/catalog'],
  ...['system/updates-fleet', 'system/caretaking', 'system/caretaking-crashes'],
  ...['system/exactly-once', 'system/page-rollouts', 'system/rollouts-kill'],
  ...['fault/buffer-damage', 'fault/clock-faults', 'fault/damage-matrix'],
].map((name) => `/test/${name}.test.ts`);

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Projects stay one after the other.
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    const place = ({ project, moduleId }: TestSpecification) =>
      2 * projects.indexOf(project.name) + (LONG.some((name) => moduleId.endsWith(name)) ? 0 : 1);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
