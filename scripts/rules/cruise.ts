// One way to run dependency-cruiser, for the check and for the picture.
import { createRequire } from 'node:module';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';

interface Config {
  readonly forbidden: IForbiddenRuleType[];
  readonly options: Record<string, unknown>;
}

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as Config;

export const ruleNames: readonly string[] = config.forbidden.map((rule) => rule.name ?? '');

export async function cruiseTree(root: string, folders: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(folders, {
    ...config.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: config.forbidden },
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser returned text');
  return output;
}
