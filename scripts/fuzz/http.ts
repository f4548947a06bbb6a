/** The HTTP server as a target of conversations; its routes are those that it documents. */
import { type Front, fuzzSockets, type SocketRun } from './conversations.ts';
import { makeHttp, type Route } from './http-stream.ts';
import { seeds } from './seeds.ts';

const HTTP: Front = {
  name: 'HTTP server',
  corpus: 'http',
  portOf: ({ collector }) => Number(new URL(collector.http).port),
  async maker({ collector }) {
    const [routes, payloads] = [await routesOf(collector.http), seeds()];
    console.log(`${routes.length} routes`);
    return (random) => makeHttp(random, routes, payloads);
  },
  // Whatever a client sends, it is the client's mistake, or there is no room: never the collector's.
  wrongIn: (answer) => /^HTTP\/1\.1 500[^\n]*/m.exec(answer)?.[0],
};

export function fuzzHttp(run: SocketRun): Promise<boolean> {
  return fuzzSockets(HTTP, run);
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

async function routesOf(http: string): Promise<Route[]> {
  const { paths } = (await (await fetch(`${http}/docs/json`)).json()) as OpenApi;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => {
      const query = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
      return { method, path, query };
    }),
  );
}
