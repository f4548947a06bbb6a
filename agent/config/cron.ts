/** cron's parser, loaded only when a schedule asks for it (docs/decisions/0016-cron.md). */
import type { CronFields, ParseCron } from '../core/tasks/written.ts';

/** What a pattern means, or a rejection that says what is wrong with it. */
export async function loadCron(): Promise<ParseCron> {
  const { validateDetailed } = await import('node-cron');
  return (pattern) => {
    const { valid, fields, errors } = validateDetailed(pattern);
    if (!valid || fields === undefined) throw new Error(errors[0]?.message ?? 'is no cron pattern');
    return fields satisfies CronFields;
  };
}

/** For configurations without cron. */
export const noCron: ParseCron = () => {
  throw new Error('the parser of cron patterns is not loaded');
};

/** Whether some task in this tree has a schedule of cron. */
export function mentionsCron(tree: unknown): boolean {
  const { tasks } = Object(tree) as { readonly tasks?: unknown };
  return Object.values(Object(tasks) as object).some((task: unknown) => {
    const { schedule } = Object(task) as { readonly schedule?: unknown };
    return Object.hasOwn(Object(schedule) as object, 'cron');
  });
}
