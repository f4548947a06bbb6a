/** The real world of the commands: files, names, connections. */

import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { constants } from 'node:fs';
import { access, readdir, readFile, stat, statfs } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import type { Answer, Endpoint, PathState, TlsFiles, TlsState, World } from '../ports/world.ts';
import { clockSynced } from './clock.ts';
import { askLocalDoor } from './local-door-client.ts';
import { mqttHello } from './mqtt-hello.ts';

const TIMEOUT_MS = 10_000;

export function openWorld(): World {
  return {
    wall: () => Date.now(),
    path: pathState,
    list: (path) => readdir(path).catch(() => []),
    read: (path) => readFile(path, 'utf8').catch(() => undefined),
    freeBytes: (path) =>
      statfs(path).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => undefined,
      ),
    clockSynced,
    lookup: (host) =>
      answered(async () => (await lookup(host, { all: true })).map(({ address }) => address)),
    connect: (endpoint) =>
      answered(async () => {
        const began = performance.now();
        (await open(endpoint)).destroy();
        return performance.now() - began;
      }),
    tls: (endpoint, files) =>
      answered(async () => {
        const socket = await openTls(endpoint, files);
        const state = tlsState(socket);
        socket.destroy();
        return state;
      }),
    mqttConnect: async (endpoint, login) => {
      const { tls } = login;
      const socket = await answered<Socket>(() =>
        tls === undefined ? open(endpoint) : openTls(endpoint, tls),
      );
      return socket.ok ? mqttHello(socket.value, login, TIMEOUT_MS) : socket;
    },
    certificateEnd: (pem) => {
      try {
        return { ok: true, value: Date.parse(new X509Certificate(pem).validTo) };
      } catch (error) {
        return { ok: false, why: (error as Error).message };
      }
    },
    command: (name, args) =>
      new Promise((resolve) => {
        execFile(name, [...args], { timeout: TIMEOUT_MS }, (error, stdout) => {
          const started = error === null || typeof error.code === 'number';
          resolve(started ? { ok: true, value: stdout } : { ok: false, why: error.message });
        });
      }),
    agentStatus: askLocalDoor,
  };
}

async function pathState(path: string): Promise<PathState | undefined> {
  try {
    const state = await stat(path);
    const may = (mode: number) =>
      access(path, mode).then(
        () => true,
        () => false,
      );
    return {
      kind: state.isFile()
        ? 'file'
        : state.isDirectory()
          ? 'folder'
          : state.isSocket()
            ? 'socket'
            : 'other',
      readable: await may(constants.R_OK),
      writable: await may(constants.W_OK),
      mode: state.mode & 0o7777,
      ownedByMe: state.uid === process.getuid?.(),
    };
  } catch {
    return undefined;
  }
}

async function answered<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    // A name with several addresses fails with an empty message and the code of the last attempt.
    return { ok: false, why: message || (code ?? 'unknown error') };
  }
}

function open({ host, port }: Endpoint): Promise<Socket> {
  return ready(connect({ host, port }), 'connect');
}

/** Without a verdict on the certificate: the caller wants to tell what is wrong with it. */
function openTls({ host, port }: Endpoint, files: TlsFiles): Promise<TLSSocket> {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const options = { host, port, ...name, rejectUnauthorized: false, ...files };
  return ready(connectTls(options), 'secureConnect');
}

function ready<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`silent for ${TIMEOUT_MS} ms`)));
    socket.once('error', reject);
    socket.once(event, () => {
      socket.off('error', reject);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

function tlsState(socket: TLSSocket): TlsState {
  const { subject, valid_to: validTo } = socket.getPeerCertificate();
  const distrust = socket.authorized ? undefined : String(socket.authorizationError);
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    subject: [subject.CN].flat().join(', ') || 'a certificate without a name',
    validTo: Date.parse(validTo),
    ...(distrust === undefined ? {} : { distrust }),
  };
}
