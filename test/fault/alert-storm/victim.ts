/** The process that the storm kills: alerting over LevelDB, with its HTTP branch. */
import { readFileSync } from 'node:fs';
import { openCatalog } from '../../../collector/io/level-catalog.ts';
import { startAlerting } from '../../support/alerting/server.ts';

const [folder = '', config = ''] = process.argv.slice(2);
const catalog = await openCatalog(folder);
const { url } = await startAlerting(readFileSync(config, 'utf8'), { catalog });
process.stdout.write(`${url}\n`);
