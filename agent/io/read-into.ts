/** TCP connections that are read into a buffer of ours. */
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';

/**
 * A connection on its way, whose `data` is a view of `buffer`, good until the listener returns: there must
 * be one, since what nobody hears is not kept. Node would take 64 KiB for each read and keep a few
 * bytes of it, which is a tenth to a quarter of a small question's CPU and leaves a heap full of holes.
 */
export function connectInto(buffer: Buffer, options: TcpNetConnectOpts): Socket {
  const socket: Socket = connect({
    ...options,
    onread: {
      buffer,
      callback: (count, { buffer: bytes, byteOffset }): boolean =>
        socket.emit('data', Buffer.from(bytes, byteOffset, count)),
    },
  });
  return socket;
}
