/** The whole collector in this process on a folder, with what its log says. */
import { CollectorApp } from '../../../collector/app.ts';
import { loadCollectorConfig } from '../../../collector/config.ts';
import type { LogFields } from '../../../collector/ports.ts';

export interface RunningCollector {
  readonly http: string;
  readonly mqtt: string;
  /** Warnings and errors, with their fields. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

export async function runCollector(folder: string): Promise<RunningCollector> {
  const loaded = await loadCollectorConfig(undefined, {
    MUSTER_DATA: folder,
    // The system gives ports: one that was free a moment ago may be taken.
    MUSTER_HTTP_LISTEN: '127.0.0.1:0',
    MUSTER_MQTT_LISTEN: '127.0.0.1:0',
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
  const complaints: string[] = [];
  const quiet = () => undefined;
  const note = (message: string, fields?: LogFields) => {
    complaints.push(`${message} ${fields === undefined ? '' : JSON.stringify(fields)}`.trim());
  };
  const log = { debug: quiet, info: quiet, warn: note, error: note };
  const places = { webRoot: '/nonexistent', rulesRoot: '/nonexistent' };
  const app = await CollectorApp.open(loaded.config, places, log);
  await app.start();
  const http = app.httpAddress();
  const [mqtt = ''] = app.busAddresses();
  return { http, mqtt, complaints, stop: () => app.stop() };
}
