/** Reads a `.test` file. Throws `ScriptError`. */
import { Lines } from './lines.ts';
import { parseEval } from './parse-eval.ts';
import { parseLoad } from './parse-load.ts';
import type { Command } from './script.ts';

export function parseScript(text: string): readonly Command[] {
  const lines = new Lines(text);
  const commands: Command[] = [];
  let ignored = false;
  while (!lines.atEnd) {
    const line = lines.take();
    const word = line.split(/[\t ]+/, 1)[0]?.toLowerCase() ?? '';
    if (word === '') continue;
    if (word === 'ignore' || word === 'resume') ignored = word === 'ignore';
    else commands.push(parseCommand(lines, line, word, ignored));
  }
  return commands;
}

function parseCommand(lines: Lines, line: string, word: string, ignored: boolean): Command {
  if (word === 'clear') return { kind: 'clear', line: lines.number };
  if (word.startsWith('load')) return parseLoad(lines, line);
  if (word.startsWith('eval')) return parseEval(lines, line, ignored);
  return lines.fail(`${JSON.stringify(word)} is no command; there are load, eval and clear`);
}
