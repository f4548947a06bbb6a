/** `muster rules test`: each test file's verdict. */
import { runSuite, type SuiteOptions, type SuiteResult } from '../../../rules/unit-test/suite.ts';
import { readerBeside, readText } from './files.ts';

export async function testFiles(
  files: readonly string[],
  options: SuiteOptions,
): Promise<readonly SuiteResult[]> {
  const results: SuiteResult[] = [];
  for (const file of files) results.push(await testFile(file, options));
  return results;
}

async function testFile(file: string, options: SuiteOptions): Promise<SuiteResult> {
  const read = await readText(file);
  if ('problem' in read) {
    const failures = [{ test: '', message: `${file}: ${read.problem}` }];
    return { file, passed: 0, failures, warnings: [] };
  }
  return runSuite(file, read.text, readerBeside(file), options);
}

export function testText(results: readonly SuiteResult[]): string {
  return results.map(oneText).join('\n');
}

function oneText({ file, passed, failures }: SuiteResult): string {
  const head = `Unit Testing: ${file}\n`;
  if (failures.length === 0) return `${head}  SUCCESS: ${passed} tests\n`;
  const lines = failures.map(({ test, message }) => {
    const named = test === '' ? '' : `test ${JSON.stringify(test)}, `;
    return `    ${named}${message}\n`;
  });
  return `${head}  FAILED:\n${lines.join('')}`;
}
