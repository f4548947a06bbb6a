/** Go's templates of replacements: `$1`, `${1}`, `$name`, `${name}`, `$$`. */
import type { Matcher } from 're2js';

const REFERENCE = /\$(?:\$|\{(\w+)\}|(\w+))/g;

export function expandTemplate(template: string, matcher: Matcher): string {
  return template.replace(REFERENCE, (whole: string, braced?: string, plain?: string) => {
    const name = braced ?? plain;
    return name === undefined ? whole.slice(1) : (group(matcher, name) ?? '');
  });
}

/** What does not exist or did not take part is empty. */
function group(matcher: Matcher, name: string): string | null | undefined {
  const index = /^\d+$/.test(name) ? Number(name) : matcher.namedGroups[name];
  return index === undefined || index > matcher.groupCount() ? undefined : matcher.group(index);
}
