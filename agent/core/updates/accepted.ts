/** Which packages a device may have at all, by its own file. */

/** `*` in a pattern stands for any part of a name. */
export function accepting(patterns: readonly string[]): (name: string) => boolean {
  const all = patterns.map((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[^a-z0-9-]/g, '\\$&'));
    return new RegExp(`^${parts.join('[a-z0-9-]*')}$`);
  });
  return (name) => all.some((one) => one.test(name));
}
