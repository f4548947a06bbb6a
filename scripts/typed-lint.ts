// Types and typed lint in one process: the compiler's own programs, once checked, are what the
// lint rules ask, so that nothing is parsed and no type is found twice. Each on its own, `tsc` and
// `eslint .`, says the same.
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { root } from './lib/root.mjs';

const PROJECTS = ['tsconfig.json', 'collector/web/tsconfig.json'];

const host: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (path) => path,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};

function programOf(project: string): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    join(root, project),
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.formatDiagnostic(diagnostic, host));
      },
    },
  );
  if (parsed === undefined) throw new Error(`${project} cannot be read`);
  const { options, fileNames, errors, projectReferences } = parsed;
  return ts.createProgram({
    rootNames: fileNames,
    options,
    // The lint rules walk from a node to its parent.
    host: ts.createCompilerHost(options, true),
    configFileParsingDiagnostics: errors,
    ...(projectReferences === undefined ? {} : { projectReferences }),
  });
}

/** How many errors; each is shown. */
function checkTypes(program: ts.Program): number {
  const found = ts.sortAndDeduplicateDiagnostics(ts.getPreEmitDiagnostics(program));
  if (found.length > 0) console.log(ts.formatDiagnostics(found, host).trimEnd());
  return found.length;
}

/** Lints with what the programs know; a file that is in none of them is an error of its own. */
async function lint(programs: readonly ts.Program[]): Promise<{ problems: number; files: number }> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: {
      files: ['**/*.ts', '**/*.mjs'],
      languageOptions: { parserOptions: { projectService: false, programs } },
    },
  });
  const results = await eslint.lintFiles(['.']);
  const formatter = await eslint.loadFormatter('stylish');
  const text = await formatter.format(results);
  if (text !== '') console.log(text.trimEnd());
  const problems = results.reduce((sum, { errorCount, warningCount }) => {
    return sum + errorCount + warningCount;
  }, 0);
  return { problems, files: results.length };
}

const programs = PROJECTS.map(programOf);
const wrongTypes = programs.reduce((sum, program) => sum + checkTypes(program), 0);
const sources = new Set(programs.flatMap((program) => program.getRootFileNames()));
const { problems, files } = await lint(programs);
// ESLint passes the plain scripts over; a clean run over almost nothing is a broken run.
const enough = files > 0 && files >= sources.size * 0.9;
if (!enough) console.log(`linted ${files} files, while the projects have ${sources.size}`);
console.log(`${sources.size} files checked, ${files} linted`);
process.exitCode = wrongTypes + problems === 0 && enough ? 0 : 1;
