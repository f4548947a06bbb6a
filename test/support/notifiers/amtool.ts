/** Debian's amtool: what Alertmanager makes of a template. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

const AMTOOL = '/usr/bin/amtool';

export const hasAmtool = existsSync(AMTOOL);

export interface Rendering {
  readonly template: string;
  readonly html?: boolean;
  readonly glob: string;
  readonly data: string;
}

/** What it writes, or its error behind `error: `. */
export function amtoolRender({ template, html = false, glob, data }: Rendering): Promise<string> {
  const args = [
    'template',
    'render',
    `--template.glob=${glob}`,
    `--template.data=${data}`,
    `--template.text=${template}`,
    `--template.type=${html ? 'html' : 'text'}`,
  ];
  return new Promise((resolve) => {
    execFile(AMTOOL, args, (error, stdout, stderr) => {
      resolve(
        error === null ? stdout : `error: ${stderr.replace(/^amtool: error: /, '').trimEnd()}`,
      );
    });
  });
}
