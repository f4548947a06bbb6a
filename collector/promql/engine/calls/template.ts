/** Go's templates of replacements: `$1`, `${1}`, `$name`, `${name}`, `$$`. */
import type { Matcher } from 're2js';

const REFERENCE = /\$(?:\$|\{(\w+)\}|(\w+))/g;

/** Once the result is longer than `most`, whatever comes after is left out. */
export function expandTemplate(template: string, matcher: Matcher, most: number): string {
  let length = 0;
  return template.replace(REFERENCE, (whole: string, braced?: string, plain?: string) => {
    const name = braced ?? plain;
    if (length > most) return '';
    const value = name === undefined ? whole.slice(1) : (group(matcher, name) ?? '');
    length += value.length;
    return value;
  });
}

/** What does not exist or did not take part is empty. */
function group(matcher: Matcher, name: string): string | null | undefined {
  const index = /^\d+$/.test(name) ? Number(name) : matcher.namedGroups[name];
  return index === undefined || index > matcher.groupCount() ? undefined : matcher.group(index);
}
