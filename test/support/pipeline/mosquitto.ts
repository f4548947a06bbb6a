/** The external broker. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './programs.ts';

export function mosquittoProgram(folder: string, path: string, port: number): Program {
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`,
  );
  return new Program(() => [path, '-c', file], join(folder, 'mosquitto.log'));
}
