/**
 * The packet of NTP version 4 as an SNTP client needs it (RFC 4330, RFC 5905).
 *
 * The transmit timestamp of the request is random: a server gives it back as it is, so nobody who
 * did not see the request can answer it, and it does not tell what our clock says.
 */

const BYTES = 48;
const VERSION = 4;
const CLIENT = 3;
const SERVER = 4;
const NOT_SYNCHRONISED = 3;
const MOST_STRATUM = 15;
/** Seconds from 1900 to 1970. */
const TO_UNIX = 2_208_988_800;
const ERA = 2 ** 32;
const AT = { originate: 24, receive: 32, transmit: 40 } as const;

export type SntpReply =
  | {
      readonly kind: 'time';
      readonly stratum: number;
      /** UTC milliseconds: when the server got the request, and when it sent the reply. */
      readonly received: number;
      readonly sent: number;
    }
  /** The server does not want to be asked (kiss of death), or says that it has no time. */
  | { readonly kind: 'refusal'; readonly why: string }
  | { readonly kind: 'bogus'; readonly why: string };

/** `nonce`: eight random bytes. */
export function sntpRequest(nonce: Uint8Array): Uint8Array {
  const packet = new Uint8Array(BYTES);
  packet[0] = (VERSION << 3) | CLIENT;
  packet.set(nonce.subarray(0, 8), AT.transmit);
  return packet;
}

/** Whether the packet answers this very request; all others are noise or worse. */
export function answersRequest(reply: Uint8Array, request: Uint8Array): boolean {
  if (reply.length < BYTES || ((reply[0] ?? 0) & 7) !== SERVER) return false;
  const wanted = request.subarray(AT.transmit, AT.transmit + 8);
  return wanted.every((byte, index) => reply[AT.originate + index] === byte);
}

/** `nearMs`: our own time, to tell in which era of 136 years the server's seconds are. */
export function parseSntp(reply: Uint8Array, request: Uint8Array, nearMs: number): SntpReply {
  if (!answersRequest(reply, request)) return bogus('it does not answer our request');
  const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
  const leap = view.getUint8(0) >> 6;
  const version = (view.getUint8(0) >> 3) & 7;
  const stratum = view.getUint8(1);
  if (version === 0 || version > VERSION) return bogus(`version ${version}`);
  if (stratum === 0) return { kind: 'refusal', why: `kiss of death ${kissCode(reply)}` };
  if (stratum > MOST_STRATUM) return bogus(`stratum ${stratum}`);
  if (leap === NOT_SYNCHRONISED) {
    return { kind: 'refusal', why: 'the server itself is not synchronised' };
  }
  const received = timestamp(view, AT.receive, nearMs);
  const sent = timestamp(view, AT.transmit, nearMs);
  if (received === undefined || sent === undefined) return bogus('it carries no time');
  if (sent < received) return bogus('it was sent before the request came');
  return { kind: 'time', stratum, received, sent };
}

function bogus(why: string): SntpReply {
  return { kind: 'bogus', why };
}

/** Four letters where others have the reference id. */
function kissCode(reply: Uint8Array): string {
  const code = String.fromCharCode(...reply.subarray(12, 16));
  return /^[A-Z0-9]{1,4}\0*$/.test(code) ? code.replaceAll('\0', '') : '(no code)';
}

function timestamp(view: DataView, at: number, nearMs: number): number | undefined {
  const seconds = view.getUint32(at);
  const fraction = view.getUint32(at + 4);
  if (seconds === 0 && fraction === 0) return undefined;
  const unix = seconds - TO_UNIX + fraction / ERA;
  const era = Math.round((nearMs / 1000 - unix) / ERA);
  return (unix + era * ERA) * 1000;
}
