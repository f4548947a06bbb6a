/** A rollout file's text as a plan; all of its problems at once, each with its line. */
import type { ConfigDocument } from '../../../protocol/config/assemble.ts';
import { type Finding, formatProblem } from '../../../protocol/config/problem.ts';
import { parseDocument } from '../../config/document.ts';
import { type Plan, readPlan } from '../../core/rollouts/plan.ts';
import { FleetError } from '../../ports/fleet-desk.ts';

/** Far above any sensible file. */
const MAX_BYTES = 65_536;

/** Throws a `FleetError` that names every problem, a line each. */
export async function readFile(
  text: string,
  sites: (selector: string) => readonly string[],
  also: (plan: Plan) => readonly Finding[] = () => [],
): Promise<Plan> {
  if (text.length > MAX_BYTES)
    throw new FleetError('invalid', `the file is over ${MAX_BYTES} bytes`);
  const parsed = await parseDocument(text);
  if (!parsed.ok) throw new FleetError('invalid', shown([parsed.problem], undefined));
  const { plan, problems } = readPlan(parsed.document.tree, sites);
  const found = plan === undefined ? problems : also(plan);
  if (plan === undefined || found.length > 0)
    throw new FleetError('invalid', shown(found, parsed.document));
  return plan;
}

function shown(
  problems: readonly (Finding & { readonly line?: number })[],
  document: ConfigDocument | undefined,
): string {
  return problems
    .map((problem) => {
      const line = problem.line ?? document?.lineOf?.(problem.keys);
      return formatProblem(
        { ...problem, path: problem.keys.join('.'), ...(line !== undefined && { line }) },
        'line',
      ).replace('line:', 'line ');
    })
    .join('\n');
}
