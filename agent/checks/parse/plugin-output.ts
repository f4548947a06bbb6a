/**
 * What a monitoring plug-in prints: a line for people, `|`, performance data; further lines of text
 * and, behind another `|`, further performance data.
 */

export interface PluginOutput {
  /** The first line, without performance data. */
  readonly text: string;
  readonly performance: string;
}

export function parsePluginOutput(output: string): PluginOutput {
  const [first = '', ...rest] = output.trim().split(/\r?\n/);
  const [text, performance] = cut(first);
  const [, more] = cut(rest.join('\n'));
  return { text: text.trim(), performance: `${performance.trim()} ${more.trim()}`.trim() };
}

function cut(text: string): readonly [string, string] {
  const at = text.indexOf('|');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
