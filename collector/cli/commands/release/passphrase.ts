/** A passphrase: from the environment, else asked of the person at the terminal, unseen. */
import { CliError, type CliIo } from '../../io.ts';

const VARIABLE = 'MUSTER_PASSPHRASE';
const SHORTEST = 8;

export async function passphrase(io: CliIo, question: string): Promise<string> {
  const given = io.env[VARIABLE];
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) {
    throw new CliError(`a passphrase is needed: set ${VARIABLE}, or run this in a terminal`);
  }
  io.err(question);
  const text = await typed(io.signal);
  io.err('\n');
  return text;
}

export async function newPassphrase(io: CliIo): Promise<string> {
  const first = await passphrase(io, 'New passphrase: ');
  if (first.length < SHORTEST)
    throw new CliError(`a passphrase has at least ${SHORTEST} characters`);
  if (io.env[VARIABLE] !== undefined) return first;
  const second = await passphrase(io, 'Again: ');
  if (first !== second) throw new CliError('the two are not the same');
  return first;
}

function typed(signal: AbortSignal): Promise<string> {
  const { stdin } = process;
  stdin.setRawMode(true).resume();
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (act: () => void) => {
      stdin.setRawMode(false).pause();
      stdin.removeListener('data', read);
      act();
    };
    const read = (piece: Buffer) => {
      for (const character of piece.toString('utf8')) {
        if (character === '\r' || character === '\n') return end(() => resolve(text));
        if (character === '\u0003') return end(() => reject(new CliError('interrupted')));
        if (character === '\u007f' || character === '\b') text = text.slice(0, -1);
        else text += character;
      }
    };
    stdin.on('data', read);
    signal.addEventListener('abort', () => end(() => reject(new CliError('interrupted'))), {
      once: true,
    });
  });
}
