// A program's output: all of it into data/<name>.log, what is worth a look onto the screen too.
import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs';

const LARGE = 10_000_000;
const LAST_LINES = 15;

/** Lines that say they are unimportant; whatever has no level (a stack trace) is shown. */
const QUIET = /\blevel=(trace|debug|info)\b|"level":(10|20|30|"(trace|debug|info)")/;

/** @param {string} line */
export const isQuiet = (line) => QUIET.test(line);

/** @param {string} path */
function rotate(path) {
  if (existsSync(path) && statSync(path).size > LARGE) renameSync(path, `${path}.1`);
}

/** @param {string} name @param {string} path @param {(line: string) => void} show */
export function logFile(name, path, show) {
  rotate(path);
  const file = createWriteStream(path, { flags: 'a' });
  /** @type {string[]} */
  const last = [];
  let rest = '';
  /** @param {string} line */
  const take = (line) => {
    file.write(`${line}\n`);
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    if (!isQuiet(line) && line !== '') show(`[${name}] ${line}`);
  };
  return {
    path,
    last,
    /** @param {Buffer} data */
    write(data) {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    },
    end() {
      if (rest !== '') take(rest);
      file.end();
    },
  };
}
