/**
 * All kinds of checks. Each is loaded when a configuration names it: an agent without checks loads
 * none of them.
 */
import type { Check } from './check.ts';

export interface CheckKind {
  /** The key in the configuration. */
  readonly kind: string;
  load(): Promise<Check>;
}

export const checkKinds: readonly CheckKind[] = [
  { kind: 'http', load: async () => (await import('./http.ts')).httpCheck },
  { kind: 'tcp', load: async () => (await import('./tcp.ts')).tcpCheck },
  { kind: 'dns', load: async () => (await import('./dns.ts')).dnsCheck },
  { kind: 'ping', load: async () => (await import('./ping.ts')).pingCheck },
  { kind: 'mqtt', load: async () => (await import('./mqtt.ts')).mqttCheck },
  { kind: 'database', load: async () => (await import('./database.ts')).databaseCheck },
  { kind: 'certificate', load: async () => (await import('./certificate.ts')).certificateCheck },
  { kind: 'clock', load: async () => (await import('./clock.ts')).clockCheck },
  { kind: 'exec', load: async () => (await import('./exec.ts')).execCheck },
  { kind: 'unit', load: async () => (await import('./unit.ts')).unitCheck },
  { kind: 'process', load: async () => (await import('./process.ts')).processCheck },
  { kind: 'disk', load: async () => (await import('./disk.ts')).diskCheck },
  { kind: 'memory', load: async () => (await import('./memory.ts')).memoryCheck },
  { kind: 'cpu', load: async () => (await import('./cpu.ts')).cpuCheck },
  { kind: 'temperature', load: async () => (await import('./temperature.ts')).temperatureCheck },
  { kind: 'file', load: async () => (await import('./file.ts')).fileCheck },
];
