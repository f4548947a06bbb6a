// What is built: five programs for Node and one page.

export interface Target {
  /** Folder under dist/. */
  readonly name: 'agent' | 'helper' | 'launcher' | 'collector' | 'muster';
  readonly entry: string;
  /** Leave out what its packages carry and it never uses: the agent is small, see GOALS. */
  readonly trimmed: boolean;
  /** What `run` shares with the other chunks is one chunk. */
  readonly joined?: boolean;
  /** Largest sum of what is loaded at start, in bytes of minified code. */
  readonly startLimit?: number;
}

export const targets: readonly Target[] = [
  { name: 'agent', entry: 'agent/main.ts', trimmed: true, joined: true, startLimit: 300_000 },
  { name: 'helper', entry: 'agent/helper/main.ts', trimmed: true },
  { name: 'launcher', entry: 'agent/launcher/main.ts', trimmed: true },
  { name: 'collector', entry: 'collector/main.ts', trimmed: false },
  { name: 'muster', entry: 'collector/cli/main.ts', trimmed: false },
];

export const WEB_FILES = ['app.ts', 'style.css', 'index.html'] as const;
