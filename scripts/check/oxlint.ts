// One run of oxlint with types, and what it found. The types come from tsgolint, which it starts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';

export interface Finding {
  readonly path: string;
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Linted {
  readonly files: number;
  readonly findings: readonly Finding[];
}

interface Diagnostic {
  readonly filename: string;
  /** Absent when a comment switches off nothing. */
  readonly code?: string;
  readonly message: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

interface Report {
  readonly number_of_files: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Of a directive that suppresses nothing; oxlint gives it no name. */
export const UNUSED_DIRECTIVE = 'unused-directive';

/** A linter that hangs must not be waited for: it takes seconds, minutes on a busy machine. */
const LIMIT = 900_000;

/**
 * The linter keeps nearly all that it makes: collecting garbage below this was 40 % of its time and
 * gave back a tenth. Above, it collects, so that a small machine still gets through.
 */
const MEMORY = { GOGC: 'off', GOMEMLIMIT: '3GiB' };

const bin = (tool: string): string => join(root, 'node_modules/.bin', tool);

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runIn(cwd: string, tool: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(bin(tool), args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...MEMORY, NO_COLOR: '1' },
    timeout: LIMIT,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

function finding({ filename, code, message, labels }: Diagnostic): Finding {
  const { line, column } = labels[0]?.span ?? { line: 1, column: 1 };
  return { path: filename, rule: code ?? UNUSED_DIRECTIVE, line, column, message };
}

/** Lints the tree at `cwd` by the configuration that lies there. */
export async function oxlint(cwd: string): Promise<Linted> {
  const { code, signal, stdout, stderr } = await runIn(cwd, 'oxlint', ['--format', 'json']);
  // 0 and 1 say whether something was found. Its words about itself come as text, not as JSON.
  if ((code !== 0 && code !== 1) || !stdout.trimStart().startsWith('{')) {
    throw new Error(`oxlint ended with ${code ?? signal}:\n${stdout}${stderr}`);
  }
  const report = JSON.parse(stdout) as Report;
  const findings = report.diagnostics.map(finding);
  // What exits as bad and shows nothing is not to be passed over.
  if (code === 1 && findings.length === 0) throw new Error(`oxlint ended with 1:\n${stderr}`);
  return { files: report.number_of_files, findings };
}
