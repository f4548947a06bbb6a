/** `muster release keys`: key pairs, the secret half encrypted. */
import type { Command } from 'commander';
import { newKeyPair } from '../../../../protocol/tuf/keys.ts';
import { publicText, sealKey } from '../../../core/releases/key-file.ts';
import { contextOf } from '../../context.ts';
import type { CliIo } from '../../io.ts';
import { newPassphrase } from './passphrase.ts';
import { newFile, publicKey } from './world.ts';

export function keys(group: Command, io: CliIo): void {
  const own = group.command('keys').description('signing keys');
  own
    .command('create <file>')
    .description('makes a key pair: <file> is secret (mode 0600), <file>.pub is for others')
    .action(async (file: string, _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const key = newKeyPair();
      await newFile(file, sealKey(key, await newPassphrase(io)), 0o600);
      await newFile(`${file}.pub`, publicText(key), 0o644);
      answer({ file, keyid: key.keyid }, () => `${file}: key ${key.keyid}\n`);
    });
  own
    .command('show <file>')
    .description('the id of a key, from either half')
    .action(async (file: string, _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const key = await publicKey(file);
      answer(key, () => `${key.keyid}\n`);
    });
}
