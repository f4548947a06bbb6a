/** The whole collector in this process, on ports of the system's choice, over a folder of the test. */
import { fileURLToPath } from 'node:url';
import { CollectorApp } from '../../collector/app.ts';
import { loadCollectorConfig } from '../../collector/config.ts';
import { freePort } from './free-port.ts';
import { silentLog } from './silent-log.ts';

const RULES = fileURLToPath(new URL('../../deploy/rules', import.meta.url));

export async function collectorInProcess(folder: string): Promise<CollectorApp> {
  const loaded = await loadCollectorConfig(undefined, {
    MUSTER_DATA: folder,
    MUSTER_HTTP_LISTEN: `127.0.0.1:${await freePort()}`,
    MUSTER_MQTT_LISTEN: `127.0.0.1:${await freePort()}`,
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
  const places = { webRoot: '/nonexistent', rulesRoot: RULES };
  const app = await CollectorApp.open(loaded.config, places, silentLog);
  await app.start();
  return app;
}
