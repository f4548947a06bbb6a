/** Debian's prometheus-node-exporter as a yardstick: started on a port of the system's choice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseExposition, type TextSample } from '../../agent/samplers/parse/exposition.ts';

const BINARY = '/usr/bin/prometheus-node-exporter';

export const nodeExporterIsHere = existsSync(BINARY);

export interface NodeExporter {
  /** Every sample it has. */
  scrape(): Promise<readonly TextSample[]>;
  stop(): Promise<void>;
}

export async function startNodeExporter(args: readonly string[]): Promise<NodeExporter> {
  const child = spawn(BINARY, ['--web.listen-address=127.0.0.1:0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await addressOf(child);
  return {
    async scrape() {
      const response = await fetch(`http://${address}/metrics`);
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      const answer = parseExposition(text);
      if ('refused' in answer) throw new Error(`line ${answer.line}: ${answer.refused}`);
      return answer.samples;
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill();
      }),
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`node_exporter ended with ${code}`)));
    if (child.stderr === null) return;
    createInterface(child.stderr).on('line', (line) => {
      const address = /"Listening on" address=(\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
