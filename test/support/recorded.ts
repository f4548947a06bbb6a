/** The `/proc` that node_exporter's own tests read, kept beside the project rather than in it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/peer/node_exporter', import.meta.url));

/** Root for `openHost`; `undefined` when the peer data is not there. */
export const recordedRoot: string | undefined = existsSync(`${folder}/proc/stat`)
  ? folder
  : undefined;
